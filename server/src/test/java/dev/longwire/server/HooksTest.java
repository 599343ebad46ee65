// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.longwire.core.hook.Decision;
import dev.longwire.core.hook.Hook;
import dev.longwire.server.config.ServerConfig;
import dev.longwire.server.config.Settings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A real server that asks a real backend first, whatever that answers, and over either way. */
@Timeout(120)
final class HooksTest {

    private static final String SECRET = "whsec_Y2FuYXJ5LW9mLXRoZS13ZWJob29rcy1vZi10ZXN0cw==";

    @TempDir
    private static Path folder;

    private Decider backend = new Decider(SECRET, question -> "{\"allow\":true}");
    private @Nullable Receiver receiver;
    private @Nullable LongwireServer server;

    @AfterEach
    void stop() throws IOException {
        if (receiver != null) {
            receiver.close();
        }
        if (server != null) {
            server.stop();
        }
        assertThat(backend.wrong()).isEmpty();
    }

    private void start(Decider decider, String... more) throws IOException {
        backend = decider;
        Receiver fresh = new Receiver(decider);
        receiver = fresh;
        start(fresh.port(), more);
    }

    private void start(int port, String... more) throws IOException {
        Settings settings = new Settings();
        settings.set("hooks.app.url", "http://127.0.0.1:" + port + "/decide", "test");
        settings.set("hooks.app.secrets", SECRET, "test");
        settings.set("hooks.app.allow_private", "127.0.0.0/8", "test");
        for (String each : more) {
            int at = each.indexOf('=');
            settings.set("hooks.app." + each.substring(0, at), each.substring(at + 1), "test");
        }
        assertThat(settings.all().toString()).doesNotContain(SECRET);
        ServerConfig config = settings.config().at("127.0.0.1", 0).withLoops(2).withDrainMillis(0);
        server = LongwireServer.start(config.withTokens(List.of(new Issuers().config(folder, null))));
    }

    private int port() {
        return Objects.requireNonNull(server).port();
    }

    private Bearer bearer(Bearer.Way way, String user) throws IOException {
        Bearer bearer = Bearer.of(way, port());
        assertThat(bearer.connect(Issuers.hs(Issuers.claims(user, ",\"info\":{\"name\":\"Ann\"}")), ""))
                .containsEntry("type", "connected");
        return bearer;
    }

    private static String publish(String channel, String data) {
        return "\"type\":\"publish\",\"channel\":\"" + channel + "\",\"data\":" + data;
    }

    private static String subscribe(String channel) {
        return "\"type\":\"subscribe\",\"channel\":\"" + channel + "\"";
    }

    private String metric(String name) throws IOException {
        try (Peer peer = new Peer(port())) {
            return peer.get("/metrics")
                    .body()
                    .lines()
                    .filter(line -> line.startsWith(name + "{"))
                    .map(line -> line.substring(line.lastIndexOf(' ') + 1))
                    .findFirst()
                    .orElse("none");
        }
    }

    @Test // [K4]
    void whatTheApplicationItselfHasSaidItIsNotAskedAbout() throws Exception {
        start(new Decider(SECRET, question -> "{\"allow\":false}"), "asks=subscribe");
        Bearer ann = bearer(Bearer.Way.WEBSOCKET, "ann");
        assertThat(Objects.requireNonNull(server).subscribe("ann", "chat:1").get(30, TimeUnit.SECONDS))
                .isEqualTo(1);
        assertThat(ann.await("subscribed")).containsEntry("channel", "chat:1");
        assertThat(ann.ask(subscribe("chat:1"))).containsEntry("type", "subscribed");
        assertThat(backend.questions()).isEmpty();
        assertThat(ann.ask(subscribe("chat:2"))).containsEntry("name", "forbidden");
        assertThat(backend.questions()).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource // [J2]
    void aPublishIsWhatTheBackendMakesOfIt(Bearer.Way way) throws IOException {
        start(
                new Decider(SECRET, question -> switch (String.valueOf(question.get("data"))) {
                    case "rude" -> "{\"allow\":false}";
                    case "shout" -> "{\"allow\":true,\"data\":{\"text\":\"quiet\"},\"headers\":{\"by\":\"app\"}}";
                    default -> "{\"allow\":true}";
                }),
                "asks=publish",
                "channels=chat:*");
        try (Bearer ann = bearer(way, "ann")) {
            ann.ask(subscribe("chat:1"));
            assertThat(ann.ask(publish("chat:1", "\"rude\""))).containsEntry("name", "forbidden");
            assertThat(ann.ask(publish("chat:1", "\"shout\""))).containsEntry("type", "published");
            assertThat(ann.ask(publish("chat:1", "\"fine\""))).containsEntry("type", "published");
            assertThat(ann.await("message"))
                    .containsEntry("data", Map.of("text", "quiet"))
                    .containsEntry("headers", Map.of("by", "app"))
                    .containsEntry("offset", 1L);
            assertThat(ann.await("message")).containsEntry("data", "fine");
            assertThat(ann.ask(publish("other", "\"rude\""))).containsEntry("type", "published");
        }
        assertThat(backend.questions()).hasSize(3);
        assertThat(backend.questions().get(0))
                .containsOnlyKeys("type", "id", "channel", "user", "client", "info", "data")
                .containsEntry("type", "publish")
                .containsEntry("user", "ann")
                .containsEntry("channel", "chat:1")
                .containsEntry("info", Map.of("name", "Ann"))
                .containsEntry("data", "rude");
        assertThat(metric("longwire_hooks_refused_total")).isEqualTo("1.0");
        assertThat(metric("longwire_hooks_allowed_total")).isEqualTo("2.0");
    }

    @ParameterizedTest
    @EnumSource // [J8]
    void anAnswerThatMayBeKeptIsAskedForOnce(Bearer.Way way) throws IOException {
        start(
                new Decider(
                        SECRET,
                        question -> "{\"allow\":" + "open".equals(question.get("channel")) + ",\"max_age\":3600}"),
                "asks=subscribe");
        for (int i = 0; i < 3; i++) {
            try (Bearer ann = bearer(way, "ann-" + way)) {
                assertThat(ann.ask(subscribe("open"))).containsEntry("type", "subscribed");
                assertThat(ann.ask(subscribe("closed"))).containsEntry("name", "forbidden");
            }
        }
        // Each of two loops may ask by itself, and nobody else does.
        assertThat(backend.about("open").size()).isBetween(1, 2);
        assertThat(backend.about("closed").size()).isBetween(1, 2);
        try (Bearer bob = bearer(way, "bob-" + way)) {
            int before = backend.questions().size();
            bob.ask(subscribe("open"));
            assertThat(backend.questions()).hasSize(before + 1);
        }
    }

    @Test // [J4]
    void whatWaitsKeepsItsOrderAndNobodyElseWaits() throws IOException {
        start(new Decider(SECRET, question -> "{\"allow\":true}"), "asks=publish", "channels=slow:*", "deadline=60s");
        CountDownLatch gate = backend.hold("slow:1");
        try (Peer ann = Peer.webSocket(port(), Peer.JSON);
                Bearer bob = bearer(Bearer.Way.POLLING, "bob")) {
            ann.send("{\"type\":\"connect\",\"id\":1,\"token\":\"" + Issuers.hs(Issuers.claims("ann", "")) + "\"}");
            ann.expect("connected");
            ann.send("{\"id\":2," + subscribe("slow:1") + "}").expect("subscribed");
            for (int i = 0; i < 20; i++) {
                ann.send("{\"id\":" + (10 + i) + "," + publish("slow:1", String.valueOf(i)) + "}");
            }
            ann.send("{\"id\":40," + publish("quick", "\"at once\"") + "}");
            assertThat(ann.expect("published")).containsEntry("id", 40L);
            Eventually.holds(() -> !backend.about("slow:1").isEmpty());
            assertThat(bob.ask(subscribe("quick"))).containsEntry("type", "subscribed");
            assertThat(bob.ask(publish("quick", "2"))).containsEntry("type", "published");
            assertThat(bob.await("message")).containsEntry("data", 2L);
            assertThat(backend.about("slow:1")).as("one is asked at a time").hasSize(1);
            gate.countDown();
            List<Object> order = new ArrayList<>();
            List<Object> acks = new ArrayList<>();
            while (order.size() < 20 || acks.size() < 20) {
                Map<String, Object> frame = ann.message();
                if ("message".equals(frame.get("type"))) {
                    order.add(frame.get("data"));
                } else {
                    acks.add(frame.get("id"));
                }
            }
            for (int i = 0; i < 20; i++) {
                assertThat(order.get(i)).isEqualTo((long) i);
                assertThat(acks.get(i)).isEqualTo(10L + i);
            }
        }
    }

    @Test
    void manyWhoWaitAreNoThreads() throws IOException {
        start(new Decider(SECRET, question -> "{\"allow\":true}"), "asks=publish", "deadline=60s", "connections=4");
        CountDownLatch gate = backend.hold("slow");
        List<Peer> all = new ArrayList<>();
        try {
            all.add(waiting(0));
            Eventually.holds(() -> backend.questions().size() == 1);
            int threads = Thread.activeCount();
            for (int i = 1; i < 200; i++) {
                all.add(waiting(i));
            }
            Eventually.holds(
                    () -> unchecked(() -> metric("longwire_hooks_waiting")).equals("200.0"));
            assertThat(Thread.activeCount()).isLessThanOrEqualTo(threads);
            assertThat(Objects.requireNonNull(receiver).openConnections()).isLessThanOrEqualTo(4);
            gate.countDown();
            for (Peer each : all) {
                each.expect("published");
            }
        } finally {
            gate.countDown();
            for (Peer each : all) {
                each.close();
            }
        }
    }

    private Peer waiting(int number) throws IOException {
        Peer peer = Peer.webSocket(port(), Peer.JSON);
        peer.send("{\"type\":\"connect\",\"id\":1,\"token\":\"" + Issuers.hs(Issuers.claims("u" + number, "")) + "\"}");
        peer.expect("connected");
        return peer.send("{\"id\":2," + publish("slow", "1") + "}");
    }

    private interface Source {
        String get() throws IOException;
    }

    private static String unchecked(Source source) {
        try {
            return source.get();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "no json",
                "{}",
                "[]",
                "{\"allow\":1}",
                "{\"allow\":\"true\"}",
                "{\"allow\":true,\"allow\":true}",
                "{\"allow\":true}x",
                "{\"allow\":true,\"max_age\":-1}",
                "HTTP/1.1 500 x\r\nContent-Length: 14\r\n\r\n{\"allow\":true}",
                "HTTP/1.1 201 x\r\nContent-Length: 14\r\n\r\n{\"allow\":true}",
                "HTTP/1.1 302 x\r\nLocation: /elsewhere\r\nContent-Length: 14\r\n\r\n{\"allow\":true}",
                "HTTP/1.1 200 x\r\nContent-Length: 99999999\r\n\r\n",
                "SSH-2.0-OpenSSH_9.2\r\n"
            }) // [J6]
    void whatIsNoDecisionRefuses(String garbage) throws IOException {
        start(new Decider(SECRET, question -> garbage), "asks=publish,subscribe,call", "deadline=10s");
        try (Bearer ann = bearer(Bearer.Way.WEBSOCKET, "ann")) {
            Map<String, Object> answer = ann.ask(publish("a", "1"));
            assertThat(answer).containsEntry("name", "unavailable");
            assertThat((Long) answer.get("retry_after")).isPositive();
            assertThat(ann.ask(subscribe("a"))).containsEntry("name", "unavailable");
            // Whatever it said, it was there, and may have done what was asked.
            assertThat(ann.ask("\"type\":\"call\",\"method\":\"m\",\"data\":1"))
                    .containsEntry("name", "outcome_unknown");
        }
        assertThat(metric("longwire_hooks_failed_total")).isEqualTo("3.0");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"allow\":true,\"data\":1,\"data64\":\"AA==\"}",
                "{\"allow\":true,\"data64\":\"!\"}",
                "{\"allow\":true,\"headers\":[]}",
                "{\"allow\":true,\"headers\":{\"a\":1}}"
            }) // [J6]
    void whatCanNotBePublishedIsNoDecision(String garbage) throws IOException {
        start(new Decider(SECRET, question -> garbage), "asks=publish");
        try (Bearer ann = bearer(Bearer.Way.WEBSOCKET, "ann")) {
            assertThat(ann.ask(publish("a", "1"))).containsEntry("name", "unavailable");
        }
        assertThat(metric("longwire_hooks_failed_total")).isEqualTo("1.0");
    }

    @ParameterizedTest
    @CsvSource({"refuse, unavailable", "allow, ''"}) // [J6]
    void whoIsNotThereRefusesOrLetsPassAsConfigured(String onFailure, String error) throws IOException {
        int port = free();
        start(port, "asks=publish,subscribe,call", "on_failure=" + onFailure);
        try (Bearer ann = bearer(Bearer.Way.POLLING, "ann")) {
            for (int i = 0; i < 8; i++) {
                Map<String, Object> answer = ann.ask(publish("a", "1"));
                assertThat(answer.getOrDefault("name", "")).isEqualTo(error);
            }
            // Nobody was reached: it has not run, which another try may.
            assertThat(ann.ask("\"type\":\"call\",\"method\":\"m\"")).containsEntry("name", "unavailable");
        }
        assertThat(metric("longwire_hooks_open")).isEqualTo("1.0");
    }

    private static int free() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @ParameterizedTest
    @EnumSource // [J6]
    void whoHangsIsNotWaitedForLonger(Bearer.Way way) throws IOException {
        start(new Decider(SECRET, question -> "{\"allow\":true}"), "asks=publish", "deadline=100ms");
        CountDownLatch gate = backend.hold("slow");
        try (Bearer ann = bearer(way, "ann")) {
            assertThat(ann.ask(publish("slow", "1"))).containsEntry("name", "unavailable");
            assertThat(ann.ask(publish("quick", "1"))).containsEntry("type", "published");
        } finally {
            gate.countDown();
        }
    }

    @ParameterizedTest
    @EnumSource // [J14]
    void aConnectIsAskedAbout(Bearer.Way way) throws IOException {
        start(
                new Decider(SECRET, question -> switch (String.valueOf(question.get("user"))) {
                    case "ann" -> "{\"allow\":true}";
                    case "eve" -> "{\"allow\":false}";
                    default -> "HTTP/1.1 503 x\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n";
                }),
                "asks=connect");
        bearer(way, "ann").close();
        try (Bearer eve = Bearer.of(way, port())) {
            assertThat(eve.connect(Issuers.hs(Issuers.claims("eve", "")), "")).containsEntry("name", "unauthorized");
        }
        try (Bearer bob = Bearer.of(way, port())) {
            assertThat(bob.connect(Issuers.hs(Issuers.claims("bob", "")), ""))
                    .containsEntry("name", "unavailable")
                    .containsEntry("retry_after", 7_000L);
        }
        assertThat(backend.questions().get(0))
                .containsOnlyKeys("type", "id", "user", "client", "info")
                .containsEntry("type", "connect");
    }

    @ParameterizedTest
    @EnumSource // [J10], [J12]
    void aCallIsAnsweredByTheBackend(Bearer.Way way) throws IOException {
        start(
                new Decider(SECRET, question -> switch (String.valueOf(question.get("method"))) {
                    case "rooms.create" -> "{\"data\":{\"room\":\"r1\"}}";
                    case "rooms.none" -> "{\"allow\":true}";
                    case "rooms.not" -> "{\"allow\":false}";
                    default -> "";
                }),
                "asks=call",
                "channels=rooms.*");
        try (Bearer ann = bearer(way, "ann")) {
            assertThat(ann.ask("\"type\":\"call\",\"method\":\"rooms.create\",\"data\":{\"size\":4}"))
                    .containsEntry("type", "result")
                    .containsEntry("data", Map.of("room", "r1"));
            assertThat(ann.ask("\"type\":\"call\",\"method\":\"rooms.none\"")).containsEntry("type", "result");
            assertThat(ann.ask("\"type\":\"call\",\"method\":\"rooms.not\"")).containsEntry("name", "forbidden");
            assertThat(ann.ask("\"type\":\"call\",\"method\":\"rooms.cut\"")).containsEntry("name", "outcome_unknown");
            assertThat(ann.ask("\"type\":\"call\",\"method\":\"other\"")).containsEntry("name", "unsupported");
        }
        assertThat(backend.about("rooms.create")).hasSize(1);
        assertThat(backend.about("rooms.create").get(0)).containsEntry("data", Map.of("size", 4L));
        assertThat(backend.about("rooms.cut")).as("a call is not sent twice").hasSize(1);
    }

    @Test // [J5], [J15]
    void whoComesBackGetsTheOneAnswer() throws IOException {
        start(new Decider(SECRET, question -> "{\"allow\":true}"), "asks=publish", "deadline=60s");
        CountDownLatch gate = backend.hold("slow");
        String token = Issuers.hs(Issuers.claims("ann", ""));
        String session;
        try (Peer ann = Peer.webSocket(port(), Peer.JSON)) {
            ann.send("{\"type\":\"connect\",\"id\":1,\"token\":\"" + token + "\"}");
            session = Documents.text(ann.expect("connected"), "session");
            ann.send("{\"id\":2," + publish("slow", "1") + "}");
            Eventually.holds(() -> backend.about("slow").size() == 1);
        }
        try (Peer ann = Peer.webSocket(port(), Peer.JSON)) {
            ann.send("{\"type\":\"connect\",\"id\":3,\"token\":\"" + token + "\",\"resume\":{\"session\":\"" + session
                    + "\",\"turn\":2,\"channels\":{}}}");
            assertThat(ann.expect("connected")).containsEntry("resumed", true);
            ann.send("{\"id\":2,\"retry\":true," + publish("slow", "1") + "}");
            gate.countDown();
            assertThat(ann.expect("published")).containsEntry("id", 2L).containsEntry("offset", 1L);
            assertThat(backend.about("slow")).hasSize(1);
        }
    }

    @Test
    void anAuthorizerInTheProcessDecidesAndMayFail() throws IOException {
        Hook hook = new Hook("mine", Set.of(Hook.Kind.PUBLISH), List.of("*"), 10_000, false);
        ServerConfig config = ServerConfig.DEFAULT
                .at("127.0.0.1", 0)
                .withLoops(2)
                .withDrainMillis(0)
                .withTokens(List.of(new Issuers().config(folder, null)));
        Longwire builder = Longwire.builder().config(config).authorize(hook, question -> switch (question.what()) {
            case "yes" -> CompletableFuture.completedFuture(Decision.Allowed.ONCE);
            case "no" -> CompletableFuture.completedFuture(new Decision.Refused(0));
            case "fails" -> CompletableFuture.failedFuture(new IllegalStateException("canary"));
            default -> throw new IllegalStateException("canary");
        });
        server = builder.start();
        try (Bearer ann = bearer(Bearer.Way.WEBSOCKET, "ann")) {
            assertThat(ann.ask(publish("yes", "1"))).containsEntry("type", "published");
            assertThat(ann.ask(publish("no", "1"))).containsEntry("name", "forbidden");
            for (String broken : List.of("fails", "throws")) {
                Map<String, Object> answer = ann.ask(publish(broken, "1"));
                assertThat(answer).containsEntry("name", "unavailable");
                assertThat(answer.toString()).doesNotContain("canary");
            }
        }
        builder.authorize(hook, question -> CompletableFuture.completedFuture(Decision.Allowed.ONCE));
        assertThatThrownBy(builder::start)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("two hooks are called mine");
    }

    @ParameterizedTest
    @CsvSource({
        "asks, nothing, hooks.app.asks: nothing is none of",
        "deadline, 0ms, hooks.app.deadline must be",
        "deadline, 2m, hooks.app.deadline must be",
        "on_failure, maybe, hooks.app.on_failure",
        "connections, many, hooks.app.connections",
        "url, ftp://x, hooks.app.url",
        "secrets, short, hooks.app.secrets"
    })
    void aWrongSettingIsNamed(String key, String value, String message) {
        Settings settings = new Settings();
        settings.set("hooks.app.url", "http://127.0.0.1:1/", "test");
        settings.set("hooks.app.secrets", SECRET, "test");
        settings.set("hooks.app.asks", "publish", "test");
        settings.set("hooks.app." + key, value, "test");
        assertThatThrownBy(settings::config)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }
}
