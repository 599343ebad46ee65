// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longwire.protocol.ChannelName;
import dev.longwire.server.config.ServerConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a backend sees of users and of what they follow. */
@Timeout(60)
final class UsersTest {

    @TempDir
    private static Path folder;

    private final List<Bearer> bearers = new ArrayList<>();
    private LongwireServer server;

    @BeforeEach
    void start() throws IOException {
        server = LongwireServer.start(ServerConfig.DEFAULT
                .at("127.0.0.1", 0)
                .withLoops(3)
                .withDrainMillis(0)
                .withTokens(List.of(new Issuers().config(folder, null))));
    }

    @AfterEach
    void stop() throws IOException {
        for (Bearer each : bearers) {
            each.close();
        }
        server.stop();
    }

    private Bearer bearer(Bearer.Way way, String user) throws IOException {
        Bearer bearer = Bearer.of(way, server.port());
        bearers.add(bearer);
        assertThat(bearer.connect(Issuers.hs(Issuers.claims(user, "")), "")).containsEntry("type", "connected");
        return bearer;
    }

    private Map<String, Object> get(String path) throws IOException {
        try (Peer peer = new Peer(server.port())) {
            Peer.Answer answer = peer.get(path);
            assertThat(answer.status()).as(answer.body()).isEqualTo(200);
            return Documents.parse(answer.body());
        }
    }

    private List<Map<?, ?>> all(String path, String list) throws IOException {
        List<Map<?, ?>> all = new ArrayList<>();
        Map<String, Object> page = get(path);
        while (true) {
            for (Object each : Documents.list(page, list)) {
                all.add((Map<?, ?>) each);
            }
            Object next = page.get("next");
            if (next == null) {
                return all;
            }
            page = get(path + "&cursor=" + next.toString().replace(" ", "%20"));
        }
    }

    @Test
    void usersAreListedOnceWithTheirSessions() throws IOException {
        for (int i = 0; i < 7; i++) {
            bearer(Bearer.Way.WEBSOCKET, "u" + i);
        }
        bearer(Bearer.Way.POLLING, "u3");
        bearer(Bearer.Way.WEBSOCKET, "u3");
        bearer(Bearer.Way.WEBSOCKET, "other");
        for (int limit : List.of(1, 2, 3, 100)) {
            List<Map<?, ?>> users = all("/v1/users?prefix=u&limit=" + limit, "users");
            assertThat(users).hasSize(7);
            for (int i = 0; i < 7; i++) {
                assertThat(users.get(i)).isEqualTo(Map.of("user", "u" + i, "sessions", i == 3 ? 3L : 1L));
            }
        }
        assertThat(all("/v1/users?limit=100", "users")).hasSize(8);
    }

    private Peer.Answer post(String path) throws IOException {
        try (Peer peer = new Peer(server.port())) {
            return peer.ask("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n");
        }
    }

    @Test // [K4], [K6]
    void theApplicationSubscribesAUserWhereverTheyAre() throws IOException {
        Bearer socket = bearer(Bearer.Way.WEBSOCKET, "ann");
        Bearer polls = bearer(Bearer.Way.POLLING, "ann");
        Bearer other = bearer(Bearer.Way.WEBSOCKET, "bob");
        assertThat(post("/v1/subscribe?user=ann&channel=news").body()).isEqualTo("{\"sessions\":2}");
        Bearer late = bearer(Bearer.Way.POLLING, "ann");
        for (Bearer each : List.of(socket, polls, late)) {
            assertThat(each.await("subscribed"))
                    .containsEntry("channel", "news")
                    .doesNotContainKey("id");
        }
        List<Map<?, ?>> found = all("/v1/subscriptions?user=ann", "subscriptions");
        assertThat(found)
                .hasSize(3)
                .allSatisfy(each -> assertThat(each.get("assigned")).isEqualTo(true));
        other.ask("\"type\":\"publish\",\"channel\":\"news\",\"data\":1");
        for (Bearer each : List.of(socket, polls, late)) {
            assertThat(each.await("message")).containsEntry("channel", "news").containsEntry("data", 1L);
        }
        assertThat(post("/v1/unsubscribe?user=ann&channel=news").body()).isEqualTo("{\"sessions\":3}");
        for (Bearer each : List.of(socket, polls, late)) {
            assertThat(each.await("unsubscribed")).containsEntry("reason", "server");
        }
        assertThat(all("/v1/subscriptions?user=ann", "subscriptions")).isEmpty();
    }

    @Test // [K4], [K7]
    void aProgramThatEmbedsTheServerSubscribesUsersToo() throws Exception {
        Bearer ann = bearer(Bearer.Way.WEBSOCKET, "ann");
        assertThat(server.subscribe("ann", "news").get(30, TimeUnit.SECONDS)).isEqualTo(1);
        assertThat(ann.await("subscribed")).containsEntry("channel", "news");
        assertThat(server.unsubscribe("ann", "news").get(30, TimeUnit.SECONDS)).isEqualTo(1);
        assertThat(ann.await("unsubscribed")).containsEntry("reason", "server");
        for (String bad : List.of("", "$stats", ChannelName.own("bob"))) {
            assertThat(server.subscribe("ann", bad)).isCompletedExceptionally();
        }
        assertThat(server.subscribe("", "news")).isCompletedExceptionally();
    }

    @Test // [K1]
    void whateverAUserIsCalledTheyHaveAChannelOfTheirOwn() throws IOException {
        for (String user : List.of("ann", "ann b/ö@x", "100%", "用户")) {
            String channel = ChannelName.own(user);
            Bearer bearer = bearer(Bearer.Way.WEBSOCKET, user);
            assertThat(bearer.ask("\"type\":\"subscribe\",\"channel\":\"" + channel + "\""))
                    .containsEntry("type", "subscribed")
                    .containsEntry("channel", channel);
            String body = "{\"channel\":\"" + channel + "\",\"data\":1}";
            try (Peer peer = new Peer(server.port())) {
                Peer.Answer answer = peer.ask("POST /v1/publish HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                        + "application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
                assertThat(answer.status()).as(answer.body()).isEqualTo(200);
            }
            assertThat(bearer.await("message")).containsEntry("channel", channel);
        }
        Bearer bearer = bearer(Bearer.Way.WEBSOCKET, "eve");
        for (String wrong : List.of("$user:%61nn", "$user:ann%20", "$user:100%", "$user:%e7%94%a8", "$user:%FF")) {
            assertThat((String) bearer.ask("\"type\":\"subscribe\",\"channel\":\"" + wrong + "\"")
                            .get("name"))
                    .as(wrong)
                    .isIn("bad_channel", "forbidden");
        }
    }

    @Test
    void subscriptionsSayWhereEachSessionStands() throws IOException {
        Bearer socket = bearer(Bearer.Way.WEBSOCKET, "ann");
        Bearer polls = bearer(Bearer.Way.POLLING, "ann");
        for (Bearer each : List.of(socket, polls)) {
            each.ask("\"type\":\"subscribe\",\"channel\":\"b\"");
            each.ask("\"type\":\"subscribe\",\"channel\":\"a\"");
        }
        Map<String, Object> published = socket.ask("\"type\":\"publish\",\"channel\":\"a\",\"data\":1");
        socket.await("message");
        polls.await("message");
        for (int limit : List.of(1, 3, 100)) {
            List<Map<?, ?>> found = all("/v1/subscriptions?user=ann&limit=" + limit, "subscriptions");
            assertThat(found).hasSize(4);
            for (int i = 0; i < 4; i++) {
                Map<?, ?> each = found.get(i);
                boolean first = i % 2 == 0;
                assertThat(each.get("user")).isEqualTo("ann");
                assertThat(each.get("channel")).isEqualTo(first ? "a" : "b");
                assertThat(each.get("offset")).isEqualTo(first ? 1L : 0L);
                assertThat(each.get("lag")).isEqualTo(0L);
                if (first) {
                    assertThat(each.get("epoch")).isEqualTo(published.get("epoch"));
                }
            }
        }
        Object client =
                all("/v1/subscriptions?user=ann", "subscriptions").get(0).get("client");
        assertThat(all("/v1/subscriptions?client=" + client, "subscriptions")).hasSize(2);
        assertThat(all("/v1/subscriptions?user=nobody", "subscriptions")).isEmpty();
    }
}
