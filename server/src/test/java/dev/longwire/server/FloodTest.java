// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longwire.core.Limits;
import dev.longwire.core.Namespaces;
import dev.longwire.core.SlowPolicy;
import dev.longwire.core.log.Retention;
import dev.longwire.core.presence.PresenceSettings;
import dev.longwire.core.rate.Rate;
import dev.longwire.core.rate.Rates;
import dev.longwire.server.config.ServerConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Whoever brings too much is refused, and then cut; what was accepted is delivered in order, what was refused never is, and
 * nobody else notices. So on WebSockets and in polls.
 */
final class FloodTest {

    private static final int BURST = 60;
    private static final Rates RATES =
            new Rates(new Rate(1, 1_000, BURST), new Rate(1_000, 1_000, 500_000), new Rate(1, 60_000, 20));

    private static LongwireServer server;
    private static Bystanders bystanders;

    @BeforeAll
    static void start() throws IOException {
        Namespaces.Settings slow = new Namespaces.Settings(
                Retention.DEFAULT, SlowPolicy.CATCH_UP, PresenceSettings.DEFAULT, Set.of(), new Rate(1, 1_000, 10));
        server = LongwireServer.start(ServerConfig.DEFAULT
                .at("127.0.0.1", 0)
                .withLoops(2)
                .withSession(Limits.DEFAULT.withRates(RATES))
                .withNamespaces(new Namespaces(Namespaces.Settings.DEFAULT, Map.of("few", slow)), 0)
                .withDrainMillis(0));
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

    private static String publish(long id, String channel) {
        return "{\"type\":\"publish\",\"id\":" + id + ",\"channel\":\"" + channel + "\",\"data\":" + id + "}";
    }

    /** What became of so many publishes that were sent at once: ids of the accepted ones, in the order of their offsets. */
    private static List<Object> flood(Peer peer, String channel, int count) throws IOException {
        StringBuilder all = new StringBuilder("[");
        for (int id = 1_000; id < 1_000 + count; id++) {
            all.append(all.length() > 1 ? "," : "").append(publish(id, channel));
        }
        peer.text(all.append(']').toString());
        List<Object> accepted = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Map<String, Object> answer = peer.message();
            if ("published".equals(answer.get("type"))) {
                accepted.add(answer.get("id"));
                assertThat(answer).containsEntry("offset", (long) accepted.size());
            } else {
                assertThat(answer).containsEntry("name", "rate_limited");
                assertThat((Long) answer.get("retry_after")).isBetween(1L, 60_000L);
            }
        }
        return accepted;
    }

    private static Peer watcher(String channel) throws IOException {
        Peer watcher = Peer.session(server.port(), Peer.JSON);
        watcher.send("{\"type\":\"subscribe\",\"id\":2,\"channel\":\"" + channel + "\"}");
        watcher.expect("subscribed");
        return watcher;
    }

    private static void delivered(Peer watcher, List<Object> data) throws IOException {
        for (Object each : data) {
            assertThat(watcher.expect("message")).containsEntry("data", each);
        }
        watcher.text("{\"type\":\"ping\"}");
        watcher.expect("pong");
    }

    @Test
    void framesOverWebSocket() throws IOException {
        long before = hits("frames");
        try (Peer watcher = watcher("frames");
                Peer peer = Peer.session(server.port(), Peer.JSON)) {
            List<Object> accepted = flood(peer, "frames", 100);
            assertThat(accepted).hasSizeBetween(BURST - 1, 80).isSorted();
            assertThat(hits("frames")).isGreaterThanOrEqualTo(before + 20);
            peer.text("[" + "{\"type\":\"ping\"},".repeat(126) + "{\"type\":\"ping\"}]");
            assertThat(peer.await("disconnect")).containsEntry("code", 1008L).containsEntry("reconnect", false);
            assertThat(peer.closed()).isEqualTo(1008);
            delivered(watcher, accepted);
        }
        assertThat(hits("flood")).isPositive();
    }

    @Test
    void pingsOfWebSocket() throws IOException {
        try (Peer peer = Peer.session(server.port(), Peer.JSON)) {
            for (int i = 0; i < 3 * BURST; i++) {
                peer.rawAnyhow(Peer.masked(Peer.PING, new byte[] {1}));
            }
            assertThat(peer.closed()).isEqualTo(1008);
        }
    }

    @Test
    void pingsBeforeTheFirstFrame() throws IOException {
        try (Peer peer = Peer.webSocket(server.port(), Peer.JSON)) {
            for (int i = 0; i < 3 * BURST; i++) {
                peer.rawAnyhow(Peer.masked(Peer.TEXT, "{\"type\":\"ping\"}".getBytes(StandardCharsets.US_ASCII)));
            }
            assertThat(peer.closed()).isEqualTo(1008);
        }
    }

    @Test
    void bytes() throws IOException {
        String much = "x".repeat(60_000);
        try (Peer peer = Peer.session(server.port(), Peer.JSON)) {
            int accepted = 0;
            for (int i = 0; i < 15; i++) {
                peer.text("{\"type\":\"publish\",\"id\":" + (10 + i) + ",\"channel\":\"bytes\",\"data\":\"" + much
                        + "\"}");
                Map<String, Object> answer = peer.message();
                accepted += "published".equals(answer.get("type")) ? 1 : 0;
            }
            assertThat(accepted).isBetween(8, 11);
        }
    }

    @Test
    void aResumedSessionHasNoFreshAccount() throws IOException {
        try (Peer peer = Peer.webSocket(server.port(), Peer.JSON)) {
            peer.text("{\"type\":\"connect\",\"id\":1}");
            Object ticket = peer.expect("connected").get("session");
            assertThat(flood(peer, "resumed", 70)).hasSizeBetween(BURST - 1, 70);
            String resume = "{\"type\":\"connect\",\"id\":2,\"resume\":{\"session\":\"" + ticket
                    + "\",\"turn\":5,\"channels\":{}}}";
            try (Peer again = Peer.webSocket(server.port(), Peer.JSON)) {
                again.text(resume);
                assertThat(again.expect("connected")).containsEntry("resumed", true);
                again.text(publish(3, "resumed"));
                assertThat(again.expect("error")).containsEntry("name", "rate_limited");
            }
            String moved = resume.replace("\"turn\":5", "\"turn\":6");
            Peer.Answer attached = Peer.poll(server.port(), "{\"seq\":1,\"wait\":0,\"frames\":[" + moved + "]}");
            assertThat(attached.body()).contains("\"resumed\":true");
            Peer.Answer polled = Peer.poll(
                    server.port(),
                    "{\"session\":\"" + Peer.ticket(attached.body()) + "\",\"seq\":2,\"wait\":0,\"frames\":["
                            + publish(4, "resumed") + "]}");
            assertThat(polled.body()).contains("rate_limited", "retry_after");
        }
    }

    @Test
    void framesInPolls() throws IOException {
        try (Peer watcher = watcher("polled")) {
            String session = Peer.poller(server.port());
            StringBuilder frames = new StringBuilder();
            for (int id = 1_000; id < 1_100; id++) {
                frames.append(frames.isEmpty() ? "" : ",").append(publish(id, "polled"));
            }
            Peer.Answer answer = Peer.poll(
                    server.port(),
                    "{\"session\":\"" + session + "\",\"seq\":2,\"wait\":0,\"frames\":[" + frames + "]}");
            assertThat(answer.status()).isEqualTo(200);
            int accepted = answer.body().split("\"published\"", -1).length - 1;
            int refused = answer.body().split("\"rate_limited\"", -1).length - 1;
            assertThat(accepted).isBetween(BURST - 1, 80);
            assertThat(accepted + refused).isEqualTo(100);
            List<Object> first = new ArrayList<>();
            for (long i = 0; i < accepted; i++) {
                first.add(1_000 + i);
            }
            delivered(watcher, first);
        }
    }

    @Test
    void pollsWithoutEnd() throws IOException {
        String session = Peer.poller(server.port());
        Peer.Answer answer = null;
        for (int seq = 2; seq < 3 * BURST && (answer == null || !answer.body().contains("disconnect")); seq++) {
            answer = Peer.poll(
                    server.port(), "{\"session\":\"" + session + "\",\"seq\":" + seq + ",\"wait\":0,\"frames\":[]}");
            assertThat(answer.status()).isEqualTo(200);
        }
        assertThat(answer).isNotNull();
        assertThat(answer.body()).contains("\"code\":1008", "\"reconnect\":false");
    }

    @Test
    void messagesOfAChannel() throws IOException {
        long before = hits("publishes");
        try (Peer watcher = watcher("few:1");
                Peer peer = Peer.session(server.port(), Peer.JSON)) {
            List<Object> accepted = flood(peer, "few:1", 40);
            assertThat(accepted).hasSizeBetween(10, 25).isSorted();
            delivered(watcher, accepted);
            peer.text(publish(5, "few:2"));
            assertThat(peer.expect("published")).containsEntry("offset", 1L);
        }
        assertThat(hits("publishes")).isGreaterThanOrEqualTo(before + 15);
    }

    @Test
    void newNames() throws IOException {
        long before = hits("channels");
        try (Peer peer = Peer.session(server.port(), Peer.JSON)) {
            int subscribed = 0;
            for (int i = 0; i < 40; i++) {
                peer.text("{\"type\":\"subscribe\",\"id\":" + (10 + i) + ",\"channel\":\"new:" + i + "\"}");
                Map<String, Object> answer = peer.message();
                subscribed += "subscribed".equals(answer.get("type")) ? 1 : 0;
            }
            assertThat(subscribed).isBetween(20, 22);
            peer.text(publish(5, "new:0"));
            assertThat(peer.await("published")).containsEntry("offset", 1L);
        }
        assertThat(hits("channels")).isGreaterThanOrEqualTo(before + 18);
    }

    private static long hits(String limit) throws IOException {
        try (Peer peer = new Peer(server.port())) {
            String name = "longwire_limits_hit_total{limit=\"" + limit + "\"} ";
            return peer.get("/metrics")
                    .body()
                    .lines()
                    .filter(line -> line.startsWith(name))
                    .mapToLong(line -> (long) Double.parseDouble(line.substring(name.length())))
                    .findFirst()
                    .orElseThrow();
        }
    }
}
