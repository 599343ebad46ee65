// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longwire.server.config.NetworkLimits;
import dev.longwire.server.config.ServerConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 6455 (5), by the letter: what peers send, in whole or in pieces, and what becomes of those who break it. */
final class FramingTest {

    private static final String PING_TEXT = "{\"type\":\"ping\"}";
    private static final String PONG_TEXT = "{\"type\":\"pong\"}";
    private static final int FIRST_TEXT = 0x01;
    private static final int MORE = 0x00;
    private static final int LAST = 0x80;

    private static LongwireServer server;
    private static Bystanders bystanders;

    @BeforeAll
    static void start() throws IOException {
        server = LongwireServer.start(
                ServerConfig.DEFAULT.at("127.0.0.1", 0).withLoops(2).withDrainMillis(0));
        bystanders = new Bystanders(server.port());
    }

    @AfterAll
    static void stop() throws IOException {
        bystanders.close();
        server.stop();
    }

    @AfterEach
    void nobodyElseIsHarmed() throws IOException {
        bystanders.areWell();
    }

    private static Peer open() throws IOException {
        return Peer.webSocket(server.port(), Peer.JSON);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @ParameterizedTest
    @CsvSource({
        "unmasked, 810f 7b2274797065223a2270696e67227d",
        "unmasked and empty, 8100",
        "first reserved bit, c180 00000000",
        "second reserved bit, a180 00000000",
        "third reserved bit, 9180 00000000",
        "reserved data opcode, 8380 00000000",
        "another, 8780 00000000",
        "reserved control opcode, 8b80 00000000",
        "another, 8f80 00000000",
        "fragmented ping, 0980 00000000",
        "fragmented close, 0880 00000000",
        "ping of 126, 89fe 007e",
        "close of 126, 88fe 007e",
        "length in two bytes that fits in seven bits, 81fe 007d 00000000",
        "length in eight bytes that fits in two, 81ff 000000000000ffff 00000000",
        "length with its top bit, 81ff 8000000000000000 00000000",
        "length of all ones, 81ff ffffffffffffffff 00000000",
        "continuation of nothing, 8080 00000000",
        "text within a fragmented text, 0180 00000000 8180 00000000",
        "close of one byte, 8881 00000000 03",
    })
    void protocolErrors(String what, String bytes) throws IOException {
        try (Peer peer = open()) {
            peer.raw(HexFormat.of().parseHex(bytes.replace(" ", "")));
            assertThat(peer.closed()).as(what).isEqualTo(1002);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 999, 1004, 1005, 1006, 1015, 1016, 2000, 2999, 5000, 65_535})
    void closeCodesThatNobodyMaySend(int code) throws IOException {
        try (Peer peer = open()) {
            peer.frame(Peer.CLOSE, new byte[] {(byte) (code >> 8), (byte) code});
            assertThat(peer.closed()).isEqualTo(1002);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1000, 1001, 1003, 1007, 1011, 3000, 4000, 4999})
    void aCloseIsReturned(int code) throws IOException {
        try (Peer peer = open()) {
            peer.frame(Peer.CLOSE, new byte[] {(byte) (code >> 8), (byte) code, 'b', 'y', 'e'});
            assertThat(peer.closed()).isEqualTo(code);
            assertThat(peer.over()).isTrue();
        }
    }

    @Test
    void aCloseWithoutACodeIsReturnedWithoutOne() throws IOException {
        try (Peer peer = open()) {
            peer.frame(Peer.CLOSE, new byte[0]);
            Peer.Frame frame = peer.next();
            assertThat(frame.first()).isEqualTo(Peer.CLOSE);
            assertThat(frame.payload()).isEmpty();
            assertThat(peer.over()).isTrue();
        }
    }

    @Test
    void aCloseWhoseReasonIsNotUtf8() throws IOException {
        try (Peer peer = open()) {
            peer.frame(Peer.CLOSE, new byte[] {0x03, (byte) 0xE8, (byte) 0xC0, (byte) 0x80});
            assertThat(peer.closed()).isEqualTo(1007);
        }
    }

    @Test
    void nothingAfterACloseIsHeard() throws IOException {
        try (Peer peer = open()) {
            ByteArrayOutputStream both = new ByteArrayOutputStream();
            both.writeBytes(Peer.masked(Peer.CLOSE, new byte[] {0x03, (byte) 0xE8}));
            both.writeBytes(Peer.masked(Peer.TEXT, ascii(PING_TEXT)));
            peer.raw(both.toByteArray());
            assertThat(peer.next().first()).isEqualTo(Peer.CLOSE);
            assertThat(peer.over()).isTrue();
        }
    }

    @Test
    void theServersCloseIsOverWhenTheClientHasReturnedIt() throws IOException {
        try (Peer peer = open()) {
            peer.text("nonsense");
            assertThat(peer.closed()).isEqualTo(1007);
            peer.frame(Peer.CLOSE, new byte[] {0x03, (byte) 0xEF});
            assertThat(peer.over()).isTrue();
        }
    }

    @Test
    void aPingIsReturned() throws IOException {
        try (Peer peer = open()) {
            byte[] payload = new byte[125];
            payload[124] = 7;
            peer.frame(Peer.PING, payload);
            Peer.Frame pong = peer.next();
            assertThat(pong.first()).isEqualTo(Peer.PONG);
            assertThat(pong.payload()).isEqualTo(payload);
            peer.frame(Peer.PONG, ascii("nobody asked"));
            peer.text(PING_TEXT);
            assertThat(peer.next().text()).isEqualTo(PONG_TEXT);
        }
    }

    @Test
    void fragmentsWithPingsBetweenThem() throws IOException {
        try (Peer peer = open()) {
            byte[] text = ascii(PING_TEXT);
            for (int i = 0; i < text.length; i++) {
                int first = (i == 0 ? FIRST_TEXT : MORE) | (i == text.length - 1 ? LAST : 0);
                peer.frame(first, new byte[] {text[i]});
                peer.frame(Peer.PING, new byte[] {(byte) i});
                if (i < text.length - 1) {
                    assertThat(peer.next().payload()).containsExactly(i);
                }
            }
            // The pong of the message's last ping may come before or after the answer to the message.
            String both = peer.next().text() + peer.next().text();
            assertThat(both).contains(PONG_TEXT);
        }
    }

    @Test
    void everyByteInItsOwnSegment() throws IOException {
        try (Peer peer = open()) {
            for (byte each : Peer.masked(Peer.TEXT, ascii(PING_TEXT))) {
                peer.raw(new byte[] {each});
            }
            assertThat(peer.next().text()).isEqualTo(PONG_TEXT);
        }
    }

    @Test
    void manyFramesInOneSegment() throws IOException {
        try (Peer peer = open()) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            for (int i = 0; i < 500; i++) {
                all.writeBytes(Peer.masked(Peer.TEXT, ascii(PING_TEXT)));
            }
            peer.raw(all.toByteArray());
            for (int i = 0; i < 500; i++) {
                assertThat(peer.next().text()).isEqualTo(PONG_TEXT);
            }
        }
    }

    @Test
    void framesThatFollowTheHandshakeAtOnce() throws IOException {
        try (Peer peer = new Peer(server.port())) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            all.writeBytes(ascii(Peer.upgrade(server.port(), "")));
            all.writeBytes(Peer.masked(Peer.TEXT, ascii("{\"type\":\"connect\",\"id\":1}")));
            all.writeBytes(Peer.masked(Peer.TEXT, ascii(PING_TEXT)));
            peer.raw(all.toByteArray());
            assertThat(peer.head()).startsWith("HTTP/1.1 101 ");
            peer.expect("connected");
            peer.expect("pong");
        }
    }

    @Test
    void theLongestMessageIsTaken() throws IOException {
        try (Peer peer = Peer.session(server.port(), Peer.JSON)) {
            String before = "{\"type\":\"publish\",\"id\":2,\"channel\":\"long\",\"data\":\"";
            int room = NetworkLimits.DEFAULT.messageBytes() - before.length() - 2;
            peer.text(before + "x".repeat(room) + "\"}");
            peer.expect("published");
            peer.rawAnyhow(Peer.masked(Peer.TEXT, ascii(before + "x".repeat(room + 1) + "\"}")));
            assertThat(peer.closed()).isEqualTo(1009);
        }
    }

    @Test
    void aLengthIsRefusedBeforeAnythingIsKeptForIt() throws IOException {
        try (Peer peer = open()) {
            // Only the announcement; the mask and the payload never come.
            peer.raw(HexFormat.of().parseHex("81ff7fffffffffffffff"));
            assertThat(peer.closed()).isEqualTo(1009);
        }
    }

    @Test
    void fragmentsWithoutEnd() throws IOException {
        try (Peer peer = open()) {
            peer.frame(FIRST_TEXT, new byte[0]);
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            for (int i = 0; i <= NetworkLimits.DEFAULT.fragments(); i++) {
                all.writeBytes(Peer.masked(MORE, new byte[0]));
            }
            peer.rawAnyhow(all.toByteArray());
            assertThat(peer.closed()).isEqualTo(1008);
        }
    }

    @Test
    void fragmentsThatAreTooLongTogether() throws IOException {
        try (Peer peer = open()) {
            peer.frame(FIRST_TEXT, new byte[40_000]);
            peer.rawAnyhow(Peer.masked(LAST, new byte[40_000]));
            assertThat(peer.closed()).isEqualTo(1009);
        }
    }

    @Test
    void aMessageThatIsNeverFinished() throws IOException {
        NetworkLimits hasty =
                new NetworkLimits(65_536, 1_024, 16, 65_536, 4_096, 16_384, 65_536, 10_000, 200, 10_000, 500);
        try (LongwireServer other = LongwireServer.start(ServerConfig.DEFAULT
                        .at("127.0.0.1", 0)
                        .withLoops(1)
                        .withDrainMillis(0)
                        .withNetwork(hasty));
                Peer fragments = Peer.session(other.port(), Peer.JSON);
                Peer header = Peer.session(other.port(), Peer.JSON);
                Peer fine = Peer.session(other.port(), Peer.JSON)) {
            fragments.frame(FIRST_TEXT, ascii("{"));
            header.raw(new byte[] {(byte) Peer.TEXT});
            assertThat(fragments.closed()).isEqualTo(1008);
            assertThat(header.closed()).isEqualTo(1008);
            fine.text(PING_TEXT);
            fine.expect("pong");
        }
    }

    @Test
    void pingsOfSomebodyWhoReadsNothing() throws IOException {
        try (Peer peer = Peer.webSocket(new Peer(server.port(), 4_096), server.port(), Peer.JSON)) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            for (int i = 0; i < 1_000; i++) {
                all.writeBytes(Peer.masked(Peer.PING, new byte[125]));
            }
            byte[] pings = all.toByteArray();
            boolean cut = false;
            for (int round = 0; round < 1_000 && !cut; round++) {
                try {
                    peer.raw(pings);
                } catch (IOException over) {
                    cut = true;
                }
            }
            // Either the last pongs are followed by the close, or the connection is gone with them.
            assertThat(cut || peer.drain() > 0).isTrue();
        }
    }
}
