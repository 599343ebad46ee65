// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longwire.server.config.NetworkLimits;
import dev.longwire.server.config.ServerConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** permessage-deflate (RFC 7692) on bare sockets: what is agreed, what is compressed, and what becomes of bombs. */
final class DeflateTest {

    static final int RSV1 = 0x40;
    private static final int FROM = 160;
    private static final String TERMS = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
    private static final String PING_TEXT = "{\"type\":\"ping\"}";
    private static final int LONGEST = NetworkLimits.DEFAULT.messageBytes();

    private static LongwireServer server;
    private static LongwireServer plain;
    private static Bystanders bystanders;

    @BeforeAll
    static void start() throws IOException {
        ServerConfig config =
                ServerConfig.DEFAULT.at("127.0.0.1", 0).withLoops(2).withDrainMillis(0);
        server = LongwireServer.start(config.withDeflateFrom(FROM));
        plain = LongwireServer.start(config);
        bystanders = new Bystanders(server.port());
    }

    @AfterAll
    static void stop() throws IOException {
        bystanders.close();
        server.stop();
        plain.stop();
    }

    @AfterEach
    void nobodyElseIsHarmed() throws IOException {
        bystanders.areWell();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** What a client makes of a message, with a Deflater of its own. */
    static byte[] deflated(byte[] bytes) {
        Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION, true);
        try {
            deflater.setInput(bytes);
            byte[] chunk = new byte[8_192];
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            int made = chunk.length;
            while (made == chunk.length) {
                made = deflater.deflate(chunk, 0, chunk.length, Deflater.SYNC_FLUSH);
                out.write(chunk, 0, made);
            }
            byte[] all = out.toByteArray();
            return Arrays.copyOf(all, all.length - 4);
        } finally {
            deflater.end();
        }
    }

    private static byte[] inflated(byte[] bytes) {
        Inflater inflater = new Inflater(true);
        try {
            byte[] whole = Arrays.copyOf(bytes, bytes.length + 4);
            whole[bytes.length + 2] = (byte) 0xFF;
            whole[bytes.length + 3] = (byte) 0xFF;
            inflater.setInput(whole);
            byte[] to = new byte[4 * LONGEST];
            int length = inflater.inflate(to);
            assertThat(inflater.getRemaining()).isZero();
            return Arrays.copyOf(to, length);
        } catch (DataFormatException wrong) {
            throw new AssertionError("not deflated", wrong);
        } finally {
            inflater.end();
        }
    }

    private static String terms(int port, String offers) throws IOException {
        try (Peer peer = new Peer(port)) {
            peer.raw(Peer.upgrade(port, offers));
            String head = peer.head();
            assertThat(head).startsWith("HTTP/1.1 101 ");
            // Whatever was agreed, the connection is good for something.
            peer.text(PING_TEXT);
            assertThat(peer.next().text()).isEqualTo("{\"type\":\"pong\"}");
            return new Peer.Answer(101, head, "").header("Sec-WebSocket-Extensions");
        }
    }

    private static Peer open(String subprotocol) throws IOException {
        Peer peer = new Peer(server.port());
        return Peer.webSocket(
                peer,
                server.port(),
                subprotocol + "\r\nSec-WebSocket-Extensions: permessage-deflate; client_max_window_bits");
    }

    private static Peer session() throws IOException {
        Peer peer = open(Peer.JSON);
        peer.text("{\"type\":\"connect\",\"id\":1}");
        peer.expect("connected");
        return peer;
    }

    /** The next message, and whether it came compressed. */
    private static Map<String, Object> next(Peer peer, boolean compressed, boolean cbor) throws IOException {
        Peer.Frame frame = peer.next();
        int plainFirst = cbor ? Peer.BINARY : Peer.TEXT;
        assertThat(frame.first()).isEqualTo(compressed ? plainFirst | RSV1 : plainFirst);
        return Documents.parse(cbor, compressed ? inflated(frame.payload()) : frame.payload());
    }

    // [Z1]
    @ParameterizedTest
    @ValueSource(
            strings = {
                "permessage-deflate",
                "permessage-deflate; client_max_window_bits",
                "permessage-deflate; client_max_window_bits=10",
                "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
                "Permessage-Deflate;server_no_context_takeover",
                "x-webkit-deflate-frame, permessage-deflate",
            })
    void offersThatAreKept(String offer) throws IOException {
        assertThat(terms(server.port(), "Sec-WebSocket-Extensions: " + offer + "\r\n"))
                .isEqualTo(TERMS);
    }

    // [Z2]
    @ParameterizedTest
    @ValueSource(
            strings = {
                "permessage-deflate; server_max_window_bits=10",
                "permessage-deflate; server_max_window_bits",
                "permessage-deflate; client_max_window_bits=7",
                "permessage-deflate; client_max_window_bits=16",
                "permessage-deflate; client_max_window_bits=010",
                "permessage-deflate; client_max_window_bits=",
                "permessage-deflate; server_no_context_takeover=1",
                "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
                "permessage-deflate; wrong",
                "permessage-bzip2",
                "permessage-deflate-frame",
                ",,,;;;==",
                "",
            })
    void offersThatAreNot(String offer) throws IOException {
        String header = "Sec-WebSocket-Extensions: " + offer + "\r\n";
        assertThat(terms(server.port(), header)).isEmpty();
        assertThat(terms(server.port(), header + "Sec-WebSocket-Extensions: permessage-deflate\r\n"))
                .isEqualTo(TERMS);
    }

    @Test
    void aWindowOfItsLargestSizeIsConfirmed() throws IOException {
        String small = "permessage-deflate; server_max_window_bits=9, ";
        assertThat(terms(
                        server.port(),
                        "Sec-WebSocket-Extensions: " + small + "permessage-deflate; server_max_window_bits=\"15\"\r\n"))
                .isEqualTo(TERMS + "; server_max_window_bits=15");
    }

    @Test
    void offersWithoutEnd() throws IOException {
        String many = "permessage-deflate; x, ".repeat(200);
        assertThat(terms(server.port(), "Sec-WebSocket-Extensions: " + many + "permessage-deflate\r\n"))
                .isEmpty();
        assertThat(terms(
                        server.port(),
                        "Sec-WebSocket-Extensions: permessage-deflate" + "; client_max_window_bits".repeat(200)
                                + "\r\n"))
                .isEmpty();
    }

    @Test
    void nothingIsAgreedWhereItIsOff() throws IOException {
        assertThat(terms(plain.port(), "Sec-WebSocket-Extensions: permessage-deflate\r\n"))
                .isEmpty();
        try (Peer peer = Peer.webSocket(
                new Peer(plain.port()), plain.port(), Peer.JSON + "\r\nSec-WebSocket-Extensions: permessage-deflate")) {
            peer.frame(Peer.TEXT | RSV1, deflated(utf8(PING_TEXT)));
            assertThat(peer.closed()).isEqualTo(1002);
        }
    }

    // [Z3] [Z6]
    @Test
    void whatIsLongEnoughComesCompressed() throws IOException {
        try (Peer json = open(Peer.JSON);
                Peer cbor = open(Peer.CBOR);
                Peer bare = Peer.session(server.port(), Peer.JSON)) {
            json.frame(Peer.TEXT | RSV1, deflated(utf8("{\"type\":\"connect\",\"id\":1}")));
            assertThat(next(json, false, false)).containsEntry("type", "connected");
            cbor.frame(Peer.BINARY | RSV1, deflated(Documents.toCbor("{\"type\":\"connect\",\"id\":1}")));
            assertThat(next(cbor, false, true)).containsEntry("type", "connected");
            json.text("{\"type\":\"subscribe\",\"id\":2,\"channel\":\"deflate\"}");
            json.expect("subscribed");
            cbor.frame(Peer.BINARY, Documents.toCbor("{\"type\":\"subscribe\",\"id\":2,\"channel\":\"deflate\"}"));
            cbor.expect("subscribed");
            bare.text("{\"type\":\"subscribe\",\"id\":2,\"channel\":\"deflate\"}");
            bare.expect("subscribed");
            String text = "ha".repeat(2_000);
            bare.text("{\"type\":\"publish\",\"id\":3,\"channel\":\"deflate\",\"data\":\"" + text + "\"}");
            assertThat(next(json, true, false)).containsEntry("data", text);
            assertThat(next(cbor, true, true).get("data")).isEqualTo("\"" + text + "\"");
            assertThat(bare.await("message")).containsEntry("data", text);
            bare.text("{\"type\":\"publish\",\"id\":4,\"channel\":\"deflate\",\"data\":1}");
            assertThat(next(json, false, false).get("type")).isEqualTo("message");
            assertThat(next(cbor, false, true).get("type")).isEqualTo("message");
        }
    }

    @Test
    void whatGetsNoShorterStaysAsItIs() throws IOException {
        try (Peer peer = session()) {
            byte[] noise = new byte[3_000];
            new Random(7).nextBytes(noise);
            StringBuilder text = new StringBuilder();
            for (byte each : noise) {
                // A byte's worth of letters and more, so that no code for them is shorter than they are.
                text.appendCodePoint(0x4E00 + (each & 0xFF) * 64 + (text.length() * 37 & 63));
            }
            peer.text("{\"type\":\"subscribe\",\"id\":2,\"channel\":\"noise\"}");
            peer.expect("subscribed");
            peer.text("{\"type\":\"publish\",\"id\":3,\"channel\":\"noise\",\"data\":\"" + text + "\"}");
            Peer.Frame frame = peer.next();
            byte[] json = (frame.first() & RSV1) == 0 ? frame.payload() : inflated(frame.payload());
            assertThat(frame.payload().length).isLessThanOrEqualTo(json.length);
            while (!Documents.parse(false, json).containsKey("data")) {
                frame = peer.next();
                json = (frame.first() & RSV1) == 0 ? frame.payload() : inflated(frame.payload());
            }
            assertThat(Documents.parse(false, json)).containsEntry("data", text.toString());
        }
    }

    @Test
    void aLongReplyIsCompressedToo() throws IOException {
        try (Peer peer = session()) {
            String name = "x".repeat(128);
            peer.text("{\"type\":\"subscribe\",\"id\":2,\"channel\":\"" + name + "\"}");
            assertThat(next(peer, true, false)).containsEntry("channel", name);
        }
    }

    // [Z3]
    @ParameterizedTest
    @CsvSource({
        "RSV1 in a continuation, 0180 00000000 c080 00000000",
        "RSV1 in a ping, c980 00000000",
        "RSV1 in a pong, ca80 00000000",
        "RSV1 in a close, c880 00000000",
        "RSV2, a180 00000000",
        "RSV1 and RSV2, e180 00000000",
        "RSV3, 9180 00000000",
        "RSV1 and a reserved opcode, c380 00000000",
        "RSV1 in a text within a text, 4180 00000000 c180 00000000",
    })
    void reservedBits(String what, String bytes) throws IOException {
        try (Peer peer = open(Peer.JSON)) {
            peer.raw(HexFormat.of().parseHex(bytes.replace(" ", "")));
            assertThat(peer.closed()).as(what).isEqualTo(1002);
        }
    }

    @Test
    void aCompressedMessageInFragments() throws IOException {
        try (Peer peer = session()) {
            byte[] bytes = deflated(utf8(PING_TEXT));
            peer.frame(0x01 | RSV1, Arrays.copyOf(bytes, 5));
            peer.frame(Peer.PING, new byte[0]);
            assertThat(peer.next().first()).isEqualTo(Peer.PONG);
            peer.frame(0x00, new byte[0]);
            peer.frame(0x80, Arrays.copyOfRange(bytes, 5, bytes.length));
            peer.expect("pong");
            // What follows is plain again: the bit belongs to its message.
            peer.text(PING_TEXT);
            peer.expect("pong");
        }
    }

    /** The examples of RFC 7692 (7.2.3), with a ping in place of a greeting; and blocks that call themselves the last. */
    @Test
    void everyWayToWriteAMessage() throws IOException, DataFormatException {
        byte[] text = utf8(PING_TEXT);
        ByteArrayOutputStream stored = new ByteArrayOutputStream();
        stored.writeBytes(new byte[] {0, (byte) text.length, 0, (byte) ~text.length, (byte) 0xFF});
        stored.writeBytes(text);
        stored.write(0);
        Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
        deflater.setInput(text);
        deflater.finish();
        byte[] chunk = new byte[256];
        int made = deflater.deflate(chunk);
        deflater.end();
        byte[] last = Arrays.copyOf(chunk, made);
        byte[] lastAndPadding = Arrays.copyOf(chunk, made + 1);
        lastAndPadding[made] = 0;
        try (Peer peer = session()) {
            for (byte[] way : new byte[][] {deflated(text), stored.toByteArray(), last, lastAndPadding}) {
                peer.frame(Peer.TEXT | RSV1, way);
                assertThat(peer.next().text()).isEqualTo("{\"type\":\"pong\"}");
            }
        }
    }

    // [Z5]
    @ParameterizedTest
    @ValueSource(strings = {"ff", "07", "0600000000", "00ffff0001", "f348cdc9c90700ffffffff"})
    void whatCannotBeInflated(String bytes) throws IOException {
        try (Peer peer = session()) {
            peer.frame(Peer.TEXT | RSV1, HexFormat.of().parseHex(bytes));
            assertThat(peer.closed()).isEqualTo(1007);
        }
    }

    // [Z4]
    @Test
    void theLongestMessageIsTakenAndNotAByteMore() throws IOException {
        String before = "{\"type\":\"publish\",\"id\":2,\"channel\":\"long\",\"data\":\"";
        int room = LONGEST - before.length() - 2;
        try (Peer peer = session()) {
            peer.frame(Peer.TEXT | RSV1, deflated(utf8(before + "x".repeat(room) + "\"}")));
            peer.expect("published");
            peer.frame(Peer.TEXT | RSV1, deflated(utf8(before + "x".repeat(room + 1) + "\"}")));
            assertThat(peer.closed()).isEqualTo(1009);
        }
    }

    /** A thousand to one, in one piece and in many, before anybody is known and after. */
    @ParameterizedTest
    @ValueSource(ints = {1 << 20, 60 << 20})
    void bombs(int size) throws IOException {
        byte[] bomb = deflated(new byte[size]);
        assertThat(bomb.length).isLessThan(LONGEST);
        try (Peer stranger = open(Peer.CBOR);
                Peer known = session();
                Peer pieces = session()) {
            stranger.rawAnyhow(Peer.masked(Peer.BINARY | RSV1, bomb));
            assertThat(stranger.closed()).isEqualTo(1009);
            known.rawAnyhow(Peer.masked(Peer.TEXT | RSV1, bomb));
            assertThat(known.closed()).isEqualTo(1009);
            int half = bomb.length / 2;
            pieces.frame(0x01 | RSV1, Arrays.copyOf(bomb, half));
            pieces.rawAnyhow(Peer.masked(0x80, Arrays.copyOfRange(bomb, half, bomb.length)));
            assertThat(pieces.closed()).isEqualTo(1009);
        }
    }

    @Test
    void aMessageIsRefusedForItsLengthBeforeItIsInflated() throws IOException {
        try (Peer peer = open(Peer.JSON)) {
            peer.raw(HexFormat.of().parseHex("c1ff0000000000010001"));
            assertThat(peer.closed()).isEqualTo(1009);
        }
    }
}
