// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longwire.core.Limits;
import dev.longwire.core.rate.Rates;
import dev.longwire.server.config.ServerConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is wrong with a message is said by its name, and to nobody but its sender. */
final class BadInputTest {

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

    private static Peer json() throws IOException {
        return Peer.session(server.port(), Peer.JSON);
    }

    private static Peer cbor() throws IOException {
        return Peer.session(server.port(), Peer.CBOR);
    }

    /** The message is answered with this error, and the connection goes on. */
    private static void refused(String message, long id, String name) throws IOException {
        try (Peer peer = json()) {
            peer.send(message);
            assertThat(peer.expect("error")).containsEntry("name", name).containsEntry("id", id);
            stillServed(peer);
        }
    }

    private static void refused(String message, String name, String field) throws IOException {
        try (Peer peer = json()) {
            peer.send(message);
            assertThat(peer.expect("error")).containsEntry("name", name).containsEntry("field", field);
            stillServed(peer);
        }
    }

    private static void stillServed(Peer peer) throws IOException {
        peer.text("{\"type\":\"ping\"}");
        peer.expect("pong");
    }

    /** The message is answered with this error, and the connection closes with the code. */
    private static void closes(Peer peer, String name, int code) throws IOException {
        try (peer) {
            assertThat(peer.expect("error")).containsEntry("name", name);
            assertThat(peer.expect("disconnect"))
                    .containsEntry("code", (long) code)
                    .containsEntry("reconnect", false);
            assertThat(peer.closed()).isEqualTo(code);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"hello", "", " ", "{\"type\":\"ping\"", "{}{}", "{\"id\":01}", "[1,]", "\u0000"})
    void notJson(String text) throws IOException {
        closes(json().text(text), "malformed", 1007);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "\"ping\"", "null", "true", "[1]", "[[{\"type\":\"ping\"}]]"})
    void wrongRoot(String text) throws IOException {
        closes(json().text(text), "not_a_frame", 1007);
    }

    @Test
    void notCbor() throws IOException {
        closes(cbor().binary(new byte[] {(byte) 0xFF}), "malformed", 1007);
    }

    @Test
    void aFieldTwice() throws IOException {
        closes(json().text("{\"type\":\"ping\",\"type\":\"ping\"}"), "duplicate_field", 1007);
    }

    @Test
    void invalidUtf8() throws IOException {
        byte[] overlong = "{\"type\":\"XX\"}".getBytes(StandardCharsets.US_ASCII);
        overlong[9] = (byte) 0xC0;
        overlong[10] = (byte) 0x80;
        closes(json().frame(Peer.TEXT, overlong), "malformed", 1007);
    }

    @Test
    void aHundredThousandNestedArrays() throws IOException {
        closes(json().text("[".repeat(60_000)), "too_deep", 1007);
        try (Peer peer = json()) {
            peer.rawAnyhow(Peer.masked(Peer.TEXT, "[".repeat(100_000).getBytes(StandardCharsets.US_ASCII)));
            assertThat(peer.closed()).isEqualTo(1009);
        }
    }

    @Test
    void tenMegabytes() throws IOException {
        try (Peer peer = json()) {
            peer.rawAnyhow(Peer.masked(Peer.TEXT, new byte[10_000_000]));
            assertThat(peer.closed()).isEqualTo(1009);
        }
    }

    @Test
    void textOnACborConnection() throws IOException {
        try (Peer peer = cbor()) {
            peer.text("{\"type\":\"ping\"}");
            assertThat(peer.next().text()).isEqualTo("{\"type\":\"pong\"}");
            peer.text("{\"type\": \"ping\"}");
            assertThat(peer.closed()).isEqualTo(1003);
        }
    }

    @Test
    void bytesOnAJsonConnection() throws IOException {
        try (Peer peer = json()) {
            peer.binary(Documents.toCbor("{\"type\":\"ping\"}"));
            assertThat(peer.closed()).isEqualTo(1003);
        }
    }

    @Test
    void unknownType() throws IOException {
        refused("{\"type\":\"fly\",\"id\":7}", 7, "unknown_type");
        refused("{\"type\":\"message\",\"id\":8}", 8, "unknown_type");
    }

    @Test
    void missingFields() throws IOException {
        refused("{\"id\":7}", "missing_field", "type");
        refused("{\"type\":\"subscribe\",\"id\":7}", "missing_field", "channel");
        refused("{\"type\":\"subscribe\",\"channel\":\"a\"}", "missing_field", "id");
        refused("{\"type\":\"publish\",\"id\":7,\"channel\":\"a\"}", "missing_field", "data");
    }

    @Test
    void mistypedFields() throws IOException {
        refused("{\"type\":7}", "invalid_field", "type");
        refused("{\"type\":\"subscribe\",\"id\":\"7\",\"channel\":\"a\"}", "invalid_field", "id");
        refused("{\"type\":\"subscribe\",\"id\":-1,\"channel\":\"a\"}", "invalid_field", "id");
        refused("{\"type\":\"subscribe\",\"id\":1.5,\"channel\":\"a\"}", "invalid_field", "id");
        refused("{\"type\":\"subscribe\",\"id\":9007199254740992,\"channel\":\"a\"}", "invalid_field", "id");
        refused("{\"type\":\"subscribe\",\"id\":2,\"channel\":\"a\",\"since\":1}", "invalid_field", "since");
        refused("{\"type\":\"publish\",\"id\":2,\"channel\":\"a\",\"data64\":\"?\"}", "invalid_field", "data64");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "a b",
                "a\\r\\nb",
                "a\\u0000",
                "chat:*",
                "chat:?",
                "chat:>",
                "$presence:1",
                "$",
                "é",
                "\\ud83d\\ude00",
                "../../etc/passwd%00"
            })
    void channelNamesOutOfGrammar(String name) throws IOException {
        refused("{\"type\":\"subscribe\",\"id\":2,\"channel\":\"" + name + "\"}", 2, "bad_channel");
        refused("{\"type\":\"publish\",\"id\":3,\"channel\":\"" + name + "\",\"data\":1}", 3, "bad_channel");
    }

    @Test
    void aChannelNameOfTenKilobytes() throws IOException {
        refused("{\"type\":\"subscribe\",\"id\":2,\"channel\":\"" + "a".repeat(10_240) + "\"}", 2, "bad_channel");
        refused("{\"type\":\"subscribe\",\"id\":3,\"channel\":\"" + "a".repeat(129) + "\"}", 3, "bad_channel");
    }

    @ParameterizedTest
    @ValueSource(strings = {"__proto__", "constructor", "toString", "..", "a"})
    void namesThatAreSpecialElsewhere(String name) throws IOException {
        try (Peer peer = json()) {
            peer.send("{\"type\":\"subscribe\",\"id\":2,\"channel\":\"" + name + "\"}");
            assertThat(peer.expect("subscribed")).containsEntry("channel", name);
            peer.send("{\"type\":\"publish\",\"id\":3,\"channel\":\"" + name + "\",\"" + name
                    + "x\":{\"a\":1},\"data\":{\"" + name + "\":{\"polluted\":true}},\"headers\":{\"" + name + "\":\""
                    + name + "\"}}");
            Map<String, Object> message = peer.await("message");
            assertThat(message.get("data")).hasToString("{" + name + "={polluted=true}}");
            assertThat(message.get("headers")).hasToString("{" + name + "=" + name + "}");
        }
    }

    @Test
    void unsubscribeFromWhatWasNeverSubscribed() throws IOException {
        refused("{\"type\":\"unsubscribe\",\"id\":5,\"channel\":\"never\"}", 5, "not_subscribed");
    }

    @Test
    void subscribeTwice() throws IOException {
        try (Peer peer = json()) {
            peer.send("{\"type\":\"subscribe\",\"id\":2,\"channel\":\"twice\"}");
            peer.expect("subscribed");
            peer.send("{\"type\":\"subscribe\",\"id\":3,\"channel\":\"twice\"}");
            assertThat(peer.expect("error")).containsEntry("name", "already_subscribed");
        }
    }

    /** An id is free again when its request is answered, which for a channel of the same loop is at once. */
    @Test
    void aRequestIdTwiceAtOnce() throws IOException {
        try (Peer peer = json()) {
            int inUse = 0;
            for (int i = 1; i <= 32; i++) {
                String publish =
                        "{\"type\":\"publish\",\"id\":" + (10 + i) + ",\"channel\":\"ids:" + i + "\",\"data\":";
                peer.send("[" + publish + "1}," + publish + "2}]");
                Map<String, Object> first = peer.message();
                Map<String, Object> second = peer.message();
                if ("error".equals(first.get("type"))) {
                    assertThat(first).containsEntry("name", "id_in_use").containsEntry("field", "id");
                    assertThat(second).containsEntry("type", "published").containsEntry("offset", 1L);
                    inUse++;
                } else {
                    assertThat(first).containsEntry("type", "published").containsEntry("offset", 1L);
                    assertThat(second).containsEntry("type", "published").containsEntry("offset", 2L);
                }
            }
            assertThat(inUse).as("of 32 channels, some are another loop's").isPositive();
            stillServed(peer);
        }
    }

    @Test
    void firstFrameIsNotConnect() throws IOException {
        try (Peer peer = Peer.webSocket(server.port(), Peer.JSON)) {
            stillServed(peer);
            closes(peer.send("{\"type\":\"subscribe\",\"id\":2,\"channel\":\"a\"}"), "connect_required", 4400);
        }
    }

    @Test
    void connectTwice() throws IOException {
        refused("{\"type\":\"connect\",\"id\":9}", 9, "already_connected");
    }

    @Test
    void noFirstFrame() throws IOException {
        Limits hasty = new Limits(
                100, 25_000, 8_000, 120_000, 128, 128, 128, 65_536, 300_000, 20_000, 2, 262_144, 30_000, Rates.DEFAULT);
        try (LongwireServer other = LongwireServer.start(ServerConfig.DEFAULT
                        .at("127.0.0.1", 0)
                        .withLoops(1)
                        .withDrainMillis(0)
                        .withSession(hasty));
                Peer peer = Peer.webSocket(other.port(), Peer.JSON)) {
            assertThat(peer.expect("disconnect")).containsEntry("code", 4200L).containsEntry("reconnect", true);
            assertThat(peer.closed()).isEqualTo(4200);
        }
    }

    @Test
    void aThousandPublishesWithoutWaitingAreHeldToTheLimit() throws IOException {
        try (Peer peer = json()) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            for (int i = 1; i <= 1_000; i++) {
                String frame = "{\"type\":\"publish\",\"id\":" + (100 + i) + ",\"channel\":\"many\",\"data\":1}";
                all.writeBytes(Peer.masked(Peer.TEXT, frame.getBytes(StandardCharsets.US_ASCII)));
            }
            peer.raw(all.toByteArray());
            long published = 0;
            for (int i = 0; i < 1_000; i++) {
                Map<String, Object> reply = peer.message();
                if ("published".equals(reply.get("type"))) {
                    published++;
                    assertThat(reply).containsEntry("offset", published);
                } else {
                    assertThat(reply).containsEntry("name", "too_many_requests");
                }
            }
            assertThat(published).isPositive();
            stillServed(peer);
        }
    }
}
