// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longwire.server.config.ServerConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Limits that a token sets for its bearer, on either way to a server: [L11]. */
final class NarrowedTest {

    @TempDir
    private static Path folder;

    private static LongwireServer server;

    @BeforeAll
    static void start() throws IOException {
        server = LongwireServer.start(ServerConfig.DEFAULT
                .at("127.0.0.1", 0)
                .withLoops(2)
                .withDrainMillis(0)
                .withTokens(List.of(new Issuers().config(folder, null))));
    }

    @AfterAll
    static void stop() {
        server.stop();
    }

    private static String token(String user, String limits) {
        return Issuers.hs(Issuers.claims(user, ",\"limits\":{" + limits + "}"));
    }

    private static Map<String, Object> subscribe(Bearer bearer, String channel) throws IOException {
        return bearer.ask("\"type\":\"subscribe\",\"channel\":\"" + channel + "\"");
    }

    @ParameterizedTest
    @EnumSource
    void channels(Bearer.Way way) throws IOException {
        String user = "channels-" + way;
        try (Bearer bearer = Bearer.of(way, server.port())) {
            Map<String, Object> connected = bearer.connect(token(user, "\"subscriptions\":2"), "");
            assertThat(connected).containsEntry("type", "connected");
            assertThat(subscribe(bearer, "a")).containsEntry("type", "subscribed");
            assertThat(subscribe(bearer, "b")).containsEntry("type", "subscribed");
            assertThat(subscribe(bearer, "c")).containsEntry("name", "too_many_subscriptions");

            // The limits of the latest token count, and what is there stays.
            String wider = "\"type\":\"refresh\",\"token\":\"" + token(user, "\"subscriptions\":3") + "\"";
            assertThat(bearer.ask(wider)).containsEntry("type", "refresh");
            assertThat(subscribe(bearer, "c")).containsEntry("type", "subscribed");
            assertThat(subscribe(bearer, "d")).containsEntry("name", "too_many_subscriptions");
            String narrower = "\"type\":\"refresh\",\"token\":\"" + token(user, "\"subscriptions\":1") + "\"";
            assertThat(bearer.ask(narrower)).containsEntry("type", "refresh");
            assertThat(Documents.list(bearer.ask("\"type\":\"subscriptions\""), "channels"))
                    .hasSize(3);
            assertThat(subscribe(bearer, "d")).containsEntry("name", "too_many_subscriptions");

            // An added token brings rights, and no limits.
            String added = "\"type\":\"refresh\",\"add\":true,\"token\":\"" + token(user, "\"subscriptions\":9") + "\"";
            assertThat(bearer.ask(added)).containsEntry("type", "refresh");
            assertThat(subscribe(bearer, "d")).containsEntry("name", "too_many_subscriptions");
        }
    }

    @ParameterizedTest
    @EnumSource
    void frames(Bearer.Way way) throws IOException {
        String user = "frames-" + way;
        String narrow = token(user, "\"frame_rate\":1");
        try (Bearer bearer = Bearer.of(way, server.port())) {
            Map<String, Object> connected = bearer.connect(narrow, "");
            int turn = 2;
            for (boolean limited = false; !limited; turn++) {
                limited = "rate_limited".equals(subscribe(bearer, "x").get("name"));
                assertThat(turn).as("frames until the first refusal").isLessThan(1_000);
            }
            // The account goes with the session, from loop to loop.
            for (int i = 0; i < 4; i++) {
                bearer.cut();
                String resume = "{\"session\":\"" + connected.get("session") + "\",\"turn\":" + (turn + i)
                        + ",\"channels\":{}}";
                assertThat(bearer.connect(narrow, resume)).containsEntry("resumed", true);
                Map<String, Object> refused = subscribe(bearer, "x");
                assertThat(refused).containsEntry("name", "rate_limited");
                assertThat((Long) refused.get("retry_after")).isBetween(1L, 60_000L);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void bytes(Bearer.Way way) throws IOException {
        String publish = "\"type\":\"publish\",\"channel\":\"bytes\",\"data\":\"" + "x".repeat(20_000) + "\"";
        try (Bearer bearer = Bearer.of(way, server.port())) {
            bearer.connect(token("bytes-" + way, "\"byte_rate\":1000"), "");
            // 10,000 at once: the first takes more than there is, and the next has to wait for it.
            assertThat(bearer.ask(publish)).containsEntry("type", "published");
            assertThat(bearer.ask(publish)).containsEntry("name", "rate_limited");
        }
    }

    @ParameterizedTest
    @EnumSource
    void publishes(Bearer.Way way) throws IOException {
        String publish = "\"type\":\"publish\",\"channel\":\"publishes\",\"data\":1";
        String narrow = token("publishes-" + way, "\"publish_rate\":1");
        try (Bearer bearer = Bearer.of(way, server.port())) {
            Map<String, Object> connected = bearer.connect(narrow, "");
            assertThat(bearer.ask(publish + ",\"key\":\"once-" + way + "\"")).containsEntry("type", "published");
            Map<String, Object> refused = Map.of();
            for (int i = 0; i < 1_000 && !"rate_limited".equals(refused.get("name")); i++) {
                refused = bearer.ask(publish);
            }
            assertThat(refused).containsEntry("name", "rate_limited");
            assertThat((Long) refused.get("retry_after")).isBetween(1L, 60_000L);
            // What was done is not denied, and nothing else is slower for it.
            assertThat(bearer.ask(publish + ",\"key\":\"once-" + way + "\"")).containsEntry("duplicate", true);
            assertThat(subscribe(bearer, "publishes")).containsEntry("type", "subscribed");
            // The account goes with the session; and so does the limit.
            for (int turn = 2; turn < 6; turn++) {
                bearer.cut();
                String resume =
                        "{\"session\":\"" + connected.get("session") + "\",\"turn\":" + turn + ",\"channels\":{}}";
                assertThat(bearer.connect(narrow, resume)).containsEntry("resumed", true);
            }
            Map<String, Object> again = Map.of();
            for (int i = 0; i < 1_000 && !"rate_limited".equals(again.get("name")); i++) {
                again = bearer.ask(publish);
            }
            assertThat(again).containsEntry("name", "rate_limited");
        }
    }

    @ParameterizedTest
    @EnumSource
    void messages(Bearer.Way way) throws IOException {
        String publish = "\"type\":\"publish\",\"channel\":\"messages\",\"data\":";
        String enter = "\"type\":\"presence\",\"channel\":\"messages\",\"action\":\"enter\",\"data\":";
        try (Bearer bearer = Bearer.of(way, server.port())) {
            bearer.connect(token("messages-" + way, "\"message\":12"), "");
            assertThat(bearer.ask(publish + "\"ten bytes.\"")).containsEntry("type", "published");
            for (String each : List.of(publish, enter)) {
                assertThat(bearer.ask(each + "\"and one more\""))
                        .containsEntry("name", "too_large")
                        .containsEntry("field", "data");
            }
            assertThat(bearer.ask(enter + "\"ten bytes.\"")).containsEntry("type", "presence");
        }
    }

    @ParameterizedTest
    @EnumSource
    void sessions(Bearer.Way way) throws IOException {
        String user = "sessions-" + way;
        try (Bearer first = Bearer.of(way, server.port());
                Bearer second = Bearer.of(way, server.port())) {
            assertThat(first.connect(token(user, "\"sessions\":1"), "")).containsEntry("type", "connected");
            assertThat(second.connect(token(user, "\"sessions\":1"), "")).containsEntry("name", "too_many_sessions");
            assertThat(second.connect(token(user, "\"sessions\":2"), "")).containsEntry("type", "connected");
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatCannotBeReadIsRefused(Bearer.Way way) throws IOException {
        try (Bearer bearer = Bearer.of(way, server.port())) {
            assertThat(bearer.connect(token("ann", "\"fly\":1"), "")).containsEntry("name", "unauthorized");
        }
    }
}
