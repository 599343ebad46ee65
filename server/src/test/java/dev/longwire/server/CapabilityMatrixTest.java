// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longwire.core.Limits;
import dev.longwire.core.Namespaces;
import dev.longwire.server.config.AdminKey;
import dev.longwire.server.config.AdminKey.Scope;
import dev.longwire.server.config.ServerConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each operation, allowed, denied, by pattern, narrowed while connected, lost while away, after the end of the token:
 * over WebSocket and by polling, on one server, with signed tokens.
 */
final class CapabilityMatrixTest {

    private static final String ADMIN = "canary-revoker-51c2";
    private static final long GRACE_MILLIS = 300;
    private static final AtomicInteger NAMES = new AtomicInteger();

    /** An operation: the right it needs, how to ask for it, and how it is answered by a server that allows it. */
    enum Operation {
        SUBSCRIBE("subscribe", "\"type\":\"subscribe\",\"channel\":\"%s\"", "subscribed"),
        PUBLISH("publish", "\"type\":\"publish\",\"channel\":\"%s\",\"data\":1", "published"),
        HISTORY("history", "\"type\":\"history\",\"channel\":\"%s\"", "history"),
        PRESENCE("presence", "\"type\":\"presence\",\"action\":\"query\",\"channel\":\"%s\"", "presence"),
        ENTER("enter", "\"type\":\"presence\",\"action\":\"enter\",\"channel\":\"%s\"", "presence"),
        /** No backend is there to be called: who may is told so, who may not is not. */
        CALL("call", "\"type\":\"call\",\"method\":\"%s\"", "unsupported");

        final String right;
        private final String frame;
        private final String allowed;

        Operation(String right, String frame, String allowed) {
            this.right = right;
            this.frame = frame;
            this.allowed = allowed;
        }

        String on(String channel) {
            return frame.formatted(channel);
        }

        void isAllowed(Bearer bearer, String channel) throws IOException {
            assertThat(outcome(bearer.ask(on(channel)))).isEqualTo(allowed);
        }

        void isDenied(Bearer bearer, String channel) throws IOException {
            assertThat(outcome(bearer.ask(on(channel)))).isEqualTo("forbidden");
        }

        static String others(Operation but) {
            return Stream.of(values())
                    .filter(each -> each != but)
                    .map(each -> "\"" + each.right + "\"")
                    .collect(Collectors.joining(","));
        }
    }

    /** The name of an error, or the type of any other answer. */
    private static String outcome(Map<String, Object> frame) {
        return String.valueOf(frame.get("error".equals(frame.get("type")) ? "name" : "type"));
    }

    @TempDir
    private static Path folder;

    private static LongwireServer server;

    @BeforeAll
    static void start() throws IOException {
        Limits limits = Limits.DEFAULT.withTimes(Limits.DEFAULT.pingMillis(), GRACE_MILLIS);
        server = LongwireServer.start(ServerConfig.DEFAULT
                .at("127.0.0.1", 0)
                .withLoops(2)
                .withDrainMillis(0)
                .withSession(limits)
                .withNamespaces(Namespaces.DEFAULT, 0)
                .withAdminKeys(List.of(new AdminKey("ops", AdminKey.hashOf(ADMIN), Set.of(Scope.REVOKE, Scope.READ))))
                .withTokens(List.of(new Issuers().config(folder, null))));
    }

    @AfterAll
    static void stop() {
        server.stop();
    }

    private static Stream<Arguments> everything() {
        return Stream.of(Bearer.Way.values())
                .flatMap(way -> Stream.of(Operation.values()).map(each -> Arguments.of(way, each)));
    }

    private static String fresh(String kind) {
        return kind + NAMES.incrementAndGet();
    }

    /** A token for a user, by pattern, with more claims. */
    private static String token(String user, String capabilities, long lifeSeconds, String more) {
        long now = System.currentTimeMillis() / 1000;
        return Issuers.hs("{\"iss\":\"" + Issuers.ISSUER + "\",\"aud\":\"longwire\",\"sub\":\"" + user + "\",\"exp\":"
                + (now + lifeSeconds) + ",\"cap\":{" + capabilities + "}" + more + "}");
    }

    private static String token(String user, String pattern, String operations) {
        return token(user, "\"" + pattern + "\":[" + operations + "]", 600, "");
    }

    private static Map<String, Object> connected(Bearer bearer, String token, String resume) throws IOException {
        Map<String, Object> answer = bearer.connect(token, resume);
        assertThat(answer).containsEntry("type", "connected");
        return answer;
    }

    @ParameterizedTest
    @MethodSource("everything")
    void whatIsAllowedIsDone(Bearer.Way way, Operation operation) throws IOException {
        String channel = fresh("room:");
        try (Bearer bearer = Bearer.of(way, server.port())) {
            connected(bearer, token(fresh("u"), channel, "\"" + operation.right + "\""), "");
            operation.isAllowed(bearer, channel);
        }
    }

    @ParameterizedTest
    @MethodSource("everything")
    void whatIsNotAllowedIsRefusedWhateverElseIs(Bearer.Way way, Operation operation) throws IOException {
        String channel = fresh("room:");
        try (Bearer bearer = Bearer.of(way, server.port())) {
            connected(bearer, token(fresh("u"), channel, Operation.others(operation)), "");
            operation.isDenied(bearer, channel);
        }
    }

    @ParameterizedTest
    @MethodSource("everything")
    void aPatternAllowsWhatItMatchesAndNothingBeside(Bearer.Way way, Operation operation) throws IOException {
        String room = fresh("room");
        try (Bearer bearer = Bearer.of(way, server.port())) {
            connected(bearer, token(fresh("u"), room + ":*:a", "\"" + operation.right + "\""), "");
            operation.isAllowed(bearer, room + ":1:2:a");
            operation.isDenied(bearer, room + ":1:b");
            operation.isDenied(bearer, room + "x:1:a");
        }
    }

    @ParameterizedTest
    @MethodSource("everything")
    void whatAFreshTokenDoesNotAllowIsLostAtOnce(Bearer.Way way, Operation operation) throws IOException {
        String channel = fresh("room:");
        String user = fresh("u");
        try (Bearer bearer = Bearer.of(way, server.port())) {
            connected(bearer, token(user, channel, "\"*\""), "");
            operation.isAllowed(bearer, channel);
            String narrow = token(user, channel, Operation.others(operation));
            assertThat(outcome(bearer.ask("\"type\":\"refresh\",\"token\":\"" + narrow + "\"")))
                    .isEqualTo("refresh");
            if (operation == Operation.SUBSCRIBE) {
                assertThat(bearer.await("unsubscribed")).containsEntry("reason", "forbidden");
                bearer.ask("\"type\":\"publish\",\"channel\":\"" + channel + "\",\"data\":2");
            } else if (operation == Operation.ENTER) {
                assertThat(bearer.await("presence")).containsEntry("reason", "forbidden");
            }
            operation.isDenied(bearer, channel);
            assertThat(bearer.heardTypes()).doesNotContain("message");
        }
    }

    @ParameterizedTest
    @MethodSource("everything")
    void whatWasLostWhileAwayStaysLost(Bearer.Way way, Operation operation) throws IOException {
        String channel = fresh("room:");
        String user = fresh("u");
        try (Bearer bearer = Bearer.of(way, server.port())) {
            Map<String, Object> first = connected(bearer, token(user, channel, "\"*\""), "");
            operation.isAllowed(bearer, channel);
            bearer.cut();
            String resume = "{\"session\":\"" + first.get("session") + "\",\"turn\":2,\"channels\":{"
                    + (operation == Operation.SUBSCRIBE ? "\"" + channel + "\":{}" : "") + "}}";
            Map<String, Object> second = connected(bearer, token(user, channel, Operation.others(operation)), resume);
            assertThat(second).containsEntry("resumed", true);
            if (operation == Operation.SUBSCRIBE) {
                assertThat(bearer.await("unsubscribed")).containsEntry("reason", "forbidden");
            }
            operation.isDenied(bearer, channel);
        }
    }

    @ParameterizedTest
    @MethodSource("everything")
    void aTokenThatWasRevokedWhileAwayDoesNothingMore(Bearer.Way way, Operation operation) throws IOException {
        String channel = fresh("room:");
        String id = fresh("t");
        String token = token(fresh("u"), "\"" + channel + "\":[\"*\"]", 600, ",\"jti\":\"" + id + "\"");
        try (Bearer bearer = Bearer.of(way, server.port())) {
            Map<String, Object> first = connected(bearer, token, "");
            operation.isAllowed(bearer, channel);
            bearer.cut();
            assertThat(revoke("jti=" + id)).isEqualTo("{\"closed\":1}");
            String resume =
                    "{\"session\":\"" + first.get("session") + "\",\"turn\":2,\"channels\":{\"" + channel + "\":{}}}";
            assertThat(outcome(bearer.connect(token, resume))).isEqualTo("unauthorized");
        }
    }

    /** One session for all of them: it takes real seconds until a token has ended. */
    @ParameterizedTest
    @EnumSource
    void nothingIsDoneAfterTheEndOfAToken(Bearer.Way way) throws IOException {
        String channel = fresh("room:");
        String user = fresh("u");
        String all = "\"" + channel + "\":[\"*\"]";
        try (Bearer bearer = Bearer.of(way, server.port());
                Bearer other = Bearer.of(Bearer.Way.WEBSOCKET, server.port())) {
            connected(other, token(fresh("u"), channel, "\"*\""), "");
            String brief = token(user, all, 3, "");
            Map<String, Object> first = connected(bearer, brief, "");
            assertThat(first.get("expires")).isNotNull();
            Map<String, Object> subscribed = bearer.ask(Operation.SUBSCRIBE.on(channel));
            assertThat(bearer.await("refresh")).doesNotContainKey("id").containsEntry("expires", first.get("expires"));
            assertThat(bearer.await("disconnect")).containsEntry("code", 4402L);
            if (way == Bearer.Way.POLLING) {
                for (Operation each : Operation.values()) {
                    assertThat(bearer.ask(each.on(channel))).containsEntry("code", 4402L);
                }
            }
            assertThat(outcome(bearer.connect(brief, ""))).isEqualTo("unauthorized");
            other.ask(Operation.PUBLISH.on(channel));
            Map<String, Object> log = other.ask(Operation.HISTORY.on(channel));
            assertThat(Documents.list(log, "messages"))
                    .as("nothing of the other was appended")
                    .hasSize(1);
            // Nothing is lost for whoever comes back with a fresh one.
            String resume = "{\"session\":\"" + first.get("session") + "\",\"turn\":5,\"channels\":{\"" + channel
                    + "\":{\"epoch\":\"" + subscribed.get("epoch") + "\",\"offset\":0}}}";
            assertThat(connected(bearer, token(user, all, 600, ""), resume)).containsEntry("resumed", true);
            assertThat(bearer.await("message")).containsEntry("offset", 1L);
        }
    }

    private static String revoke(String query) throws IOException {
        Peer.Answer answer = ask("/v1/admin/revoke?" + query);
        assertThat(answer.status()).isEqualTo(200);
        return answer.body();
    }

    private static Peer.Answer ask(String path) throws IOException {
        try (Peer peer = new Peer(server.port())) {
            return peer.ask(
                    "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nAuthorization: Bearer "
                            + ADMIN + "\r\n\r\n");
        }
    }

    /** On both loops, on a socket, at a held poll and between two. Shows [A29]. */
    @Test
    void allSessionsOfARevokedUserEndAtOnce() throws IOException {
        String user = fresh("u");
        List<Bearer> all = new ArrayList<>();
        try {
            for (int i = 0; i < 6; i++) {
                Bearer bearer = Bearer.of(i % 2 == 0 ? Bearer.Way.WEBSOCKET : Bearer.Way.POLLING, server.port());
                all.add(bearer);
                connected(bearer, token(user, "x", "\"subscribe\""), "");
            }
            assertThat(revoke("user=" + user)).isEqualTo("{\"closed\":6}");
            for (int i = 0; i < 6; i += 2) {
                assertThat(all.get(i).await("disconnect")).containsEntry("code", 4404L);
            }
            try (Bearer again = Bearer.of(Bearer.Way.WEBSOCKET, server.port())) {
                assertThat(outcome(again.connect(token(user, "x", "\"subscribe\""), "")))
                        .isEqualTo("unauthorized");
            }
        } finally {
            for (Bearer each : all) {
                each.close();
            }
        }
    }

    @Test
    void aSessionIsRevokedWithTheTokenThatItCameWith() throws IOException {
        String token = token(fresh("u"), "\"x\":[]", 600, ",\"jti\":\"" + fresh("t") + "\"");
        try (Bearer one = Bearer.of(Bearer.Way.WEBSOCKET, server.port());
                Bearer two = Bearer.of(Bearer.Way.WEBSOCKET, server.port())) {
            Map<String, Object> first = connected(one, token, "");
            connected(two, token, "");
            assertThat(revoke("client=" + first.get("client"))).isEqualTo("{\"closed\":2}");
            assertThat(one.await("disconnect")).containsEntry("code", 4404L);
            assertThat(two.await("disconnect")).containsEntry("code", 4404L);
            assertThat(outcome(one.connect(token, ""))).isEqualTo("unauthorized");
        }
    }

    @Test
    void aRevocationSaysWhomItMeansAndForHowLong() throws IOException {
        for (String query : List.of(
                "", "user=a&jti=b", "lasts=5", "user=a&lasts=0", "user=a&lasts=x", "user=a&lasts=99999999999")) {
            assertThat(ask("/v1/admin/revoke?" + query).status()).as(query).isEqualTo(400);
        }
        assertThat(revoke("user=nobody-here&lasts=1000")).isEqualTo("{\"closed\":0}");
    }
}
