// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longwire.server.config.NetworkLimits;
import dev.longwire.server.config.ServerConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The main job over real sockets: what is published arrives, whole, in order, in every format, on every loop. */
final class MessagingTest {

    private static LongwireServer server;

    @BeforeAll
    static void start() throws IOException {
        server = LongwireServer.start(
                ServerConfig.DEFAULT.at("127.0.0.1", 0).withLoops(2).withDrainMillis(0));
    }

    @AfterAll
    static void stop() {
        server.stop();
    }

    private static Peer subscriber(int port, String subprotocol, String channel) throws IOException {
        Peer peer = Peer.session(port, subprotocol);
        peer.send("{\"type\":\"subscribe\",\"id\":2,\"channel\":\"" + channel + "\"}");
        peer.expect("subscribed");
        return peer;
    }

    @Test
    void jsonAndBytesReachBothFormatsUnchanged() throws IOException {
        byte[] bytes = {0, 1, (byte) 0xFF, (byte) 0x80, 10};
        String json = "{\"n\": 1.50, \"big\":12345678901234567890,\"s\":\"é\\u0041\"}";
        try (Peer asJson = subscriber(server.port(), Peer.JSON, "mixed");
                Peer asCbor = subscriber(server.port(), Peer.CBOR, "mixed");
                Peer jsonPublisher = Peer.session(server.port(), "");
                Peer cborPublisher = Peer.session(server.port(), Peer.CBOR)) {
            jsonPublisher.text("{\"type\":\"publish\",\"id\":2,\"channel\":\"mixed\",\"data\":" + json + "}");
            assertThat(jsonPublisher.expect("published")).containsEntry("offset", 1L);
            jsonPublisher.text("{\"type\":\"publish\",\"id\":3,\"channel\":\"mixed\",\"data64\":\"AAH/gAo=\"}");
            assertThat(jsonPublisher.expect("published")).containsEntry("offset", 2L);
            Map<String, Object> publish = new LinkedHashMap<>();
            publish.put("type", "publish");
            publish.put("id", 2L);
            publish.put("channel", "mixed");
            publish.put("data", json);
            cborPublisher.binary(Documents.toCbor(publish));
            assertThat(cborPublisher.expect("published")).containsEntry("offset", 3L);
            publish.put("id", 3L);
            publish.put("data", bytes);
            cborPublisher.binary(Documents.toCbor(publish));
            assertThat(cborPublisher.expect("published")).containsEntry("offset", 4L);

            for (int i = 0; i < 2; i++) {
                assertThat(asJson.next().text()).contains("\"data\":" + json);
                assertThat(asJson.next().text()).contains("\"data64\":\"AAH/gAo=\"");
                assertThat(asCbor.expect("message")).containsEntry("data", json);
                assertThat((byte[]) asCbor.expect("message").get("data")).isEqualTo(bytes);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(ServerConfig.Transport.class)
    void thousandsInOrderAtThreeKindsOfSubscribers(ServerConfig.Transport transport) throws Exception {
        int count = 5_000;
        try (LongwireServer two = LongwireServer.start(ServerConfig.DEFAULT
                        .at("127.0.0.1", 0)
                        .withLoops(2)
                        .withTransport(transport)
                        .withDrainMillis(0));
                Peer bare = subscriber(two.port(), "", "lines");
                Peer json = subscriber(two.port(), Peer.JSON, "lines");
                Peer cbor = subscriber(two.port(), Peer.CBOR, "lines");
                Peer publisher = Peer.session(two.port(), Peer.JSON)) {
            // No more unanswered than a session may have.
            int window = 100;
            for (long sent = 0, answered = 0; answered < count; ) {
                if (sent < count && sent - answered < window) {
                    sent++;
                    publisher.send("{\"type\":\"publish\",\"id\":" + (sent + 1)
                            + ",\"channel\":\"lines\",\"data\":{\"line\":" + sent + "}}");
                } else {
                    answered++;
                    assertThat(publisher.expect("published")).containsEntry("offset", answered);
                }
            }
            for (Peer peer : List.of(bare, json, cbor)) {
                for (long offset = 1; offset <= count; offset++) {
                    Map<String, Object> message = peer.expect("message");
                    assertThat(message).containsEntry("offset", offset);
                    assertThat(Documents.text(message, "data")).contains("" + offset);
                }
            }
        }
    }

    /** Whichever loop owns a channel, and whichever a subscriber is on. */
    @Test
    void everyChannelReachesSubscribersOfEveryLoop() throws IOException {
        List<Peer> subscribers = new ArrayList<>();
        try (Peer publisher = Peer.session(server.port(), Peer.JSON)) {
            for (int i = 0; i < 6; i++) {
                Peer peer = Peer.session(server.port(), i % 2 == 0 ? Peer.JSON : Peer.CBOR);
                subscribers.add(peer);
                for (int channel = 0; channel < 20; channel++) {
                    peer.send(
                            "{\"type\":\"subscribe\",\"id\":" + (2 + channel) + ",\"channel\":\"c:" + channel + "\"}");
                    peer.expect("subscribed");
                }
            }
            for (int round = 1; round <= 5; round++) {
                for (int channel = 0; channel < 20; channel++) {
                    publisher.send("{\"type\":\"publish\",\"id\":" + (round * 100 + channel) + ",\"channel\":\"c:"
                            + channel + "\",\"data\":1}");
                }
            }
            for (Peer peer : subscribers) {
                Map<Object, Long> heads = new LinkedHashMap<>();
                for (int i = 0; i < 100; i++) {
                    Map<String, Object> message = peer.expect("message");
                    long before = heads.getOrDefault(message.get("channel"), 0L);
                    assertThat(message).containsEntry("offset", before + 1);
                    heads.put(message.get("channel"), before + 1);
                }
                assertThat(heads).hasSize(20).containsValue(5L);
            }
        } finally {
            for (Peer peer : subscribers) {
                peer.close();
            }
        }
    }

    /** One subscriber reads nothing for a while: the others do not notice, and it gets everything when it does. */
    @Test
    void aReaderThatStopsHoldsNobodyUp() throws IOException {
        int count = 2_000;
        String padding = "x".repeat(2_000);
        try (Peer slow = Peer.webSocket(new Peer(server.port(), 8_192), server.port(), Peer.JSON);
                Peer fast = subscriber(server.port(), Peer.JSON, "flood");
                Peer publisher = Peer.session(server.port(), Peer.JSON)) {
            slow.send("{\"type\":\"connect\",\"id\":1}");
            slow.expect("connected");
            slow.send("{\"type\":\"subscribe\",\"id\":2,\"channel\":\"flood\"}");
            slow.expect("subscribed");
            for (long offset = 1; offset <= count; offset++) {
                publisher.send("{\"type\":\"publish\",\"id\":" + (offset + 1) + ",\"channel\":\"flood\",\"data\":\""
                        + padding + "\"}");
                assertThat(publisher.expect("published")).containsEntry("offset", offset);
                assertThat(fast.expect("message")).containsEntry("offset", offset);
            }
            assertThat(held())
                    .as("what waits for the slow reader is in the log, not beside it")
                    .isPositive()
                    .isLessThan(4L * NetworkLimits.DEFAULT.unsentBytes());
            for (long offset = 1; offset <= count; offset++) {
                assertThat(slow.expect("message")).containsEntry("offset", offset);
            }
            slow.text("{\"type\":\"ping\"}");
            slow.expect("pong");
        }
    }

    /** Whoever sends requests and takes no answers is not asked for more. */
    @Test
    void aWriterThatNeverReadsIsNotReadEither() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] ping = Peer.masked(Peer.TEXT, "{\"type\":\"ping\"}".getBytes(StandardCharsets.US_ASCII));
        for (int i = 0; i < 3_000; i++) {
            all.writeBytes(ping);
        }
        byte[] pings = all.toByteArray();
        try (Peer greedy = Peer.webSocket(new Peer(server.port(), 4_096), server.port(), Peer.JSON);
                Peer fine = Peer.session(server.port(), Peer.JSON)) {
            greedy.send("{\"type\":\"connect\",\"id\":1}");
            greedy.expect("connected");
            Thread writer = Thread.ofPlatform().daemon().start(() -> {
                try {
                    for (int i = 0; i < 10_000; i++) {
                        greedy.raw(pings);
                    }
                } catch (IOException closedByTheTest) {
                    // It ends with the connection.
                }
            });
            for (int i = 0; i < 200; i++) {
                fine.text("{\"type\":\"ping\"}");
                fine.expect("pong");
            }
            assertThat(writer.isAlive()).as("nobody took all of that").isTrue();
            assertThat(held()).isLessThan(16L * NetworkLimits.DEFAULT.unsentBytes());
        }
    }

    private static long held() throws IOException {
        long held = 0;
        try (Peer admin = new Peer(server.port())) {
            Map<String, Object> answer = Documents.parse(
                    admin.get("/v1/admin/connections?limit=1000").body());
            for (Object each : Documents.list(answer, "connections")) {
                held = Math.max(held, Documents.number((Map<?, ?>) each, "bytes_held"));
            }
        }
        return held;
    }

    @Test
    void aBatchForThoseWhoAskedForBatches() throws IOException {
        try (Peer peer = Peer.webSocket(server.port(), Peer.JSON)) {
            peer.text(
                    "[{\"type\":\"connect\",\"id\":1,\"batch\":true},{\"type\":\"subscribe\",\"id\":2,\"channel\":\"b\"},"
                            + "{\"type\":\"publish\",\"id\":3,\"channel\":\"b\",\"data\":1}]");
            StringBuilder all = new StringBuilder();
            while (!all.toString().contains("\"type\":\"message\"")
                    || !all.toString().contains("\"type\":\"published\"")) {
                all.append(peer.next().text());
            }
            assertThat(all.indexOf("connected")).isLessThan(all.indexOf("subscribed"));
            assertThat(all.indexOf("subscribed")).isLessThan(all.indexOf("\"type\":\"message\""));
        }
    }
}
