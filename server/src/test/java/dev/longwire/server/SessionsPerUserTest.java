// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.longwire.server.config.GateLimits;
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

/** How many sessions a user may have: [L9] and [L10]. */
final class SessionsPerUserTest {

    private static final int MOST = 3;

    @TempDir
    private static Path folder;

    private static LongwireServer server;

    @BeforeAll
    static void start() throws IOException {
        server = LongwireServer.start(ServerConfig.DEFAULT
                .at("127.0.0.1", 0)
                .withLoops(2)
                .withDrainMillis(0)
                .withGate(new GateLimits(List.of(), List.of(), false, 0, 0, MOST, 0))
                .withTokens(List.of(new Issuers().config(folder, null))));
    }

    @AfterAll
    static void stop() {
        server.stop();
    }

    private static String resume(Map<String, Object> connected, int turn) {
        return "{\"session\":\"" + connected.get("session") + "\",\"turn\":" + turn + ",\"channels\":{}}";
    }

    @ParameterizedTest
    @EnumSource
    void oneTooManyIsRefusedAndHarmsNobody(Bearer.Way way) throws IOException {
        String user = "ann-" + way;
        String token = Issuers.token(user);
        Bearer[] bearers = new Bearer[MOST];
        Map<String, Object> last = Map.of();
        for (int i = 0; i < MOST; i++) {
            // Some on this carrier, some on the other: they count together.
            bearers[i] = Bearer.of(Bearer.Way.values()[i % 2], server.port());
            last = bearers[i].connect(token, "");
            assertThat(last).containsEntry("type", "connected");
        }
        try (Bearer more = Bearer.of(way, server.port());
                Bearer other = Bearer.of(way, server.port())) {
            for (int i = 0; i < 5; i++) {
                Map<String, Object> refused = more.connect(token, "");
                assertThat(refused)
                        .containsEntry("name", "too_many_sessions")
                        .containsEntry("code", 304L)
                        .containsEntry("retry_after", 25_000L);
                assertThat(more.await("disconnect")).containsEntry("code", 4204L);
            }
            assertThat(other.connect(Issuers.token("bob-" + way), "")).containsEntry("type", "connected");

            // Whoever has a session comes back to it, and on another loop too, although there is no room for a new one.
            for (int turn = 2; turn < 8; turn++) {
                bearers[MOST - 1].cut();
                assertThat(bearers[MOST - 1].connect(token, resume(last, turn))).containsEntry("resumed", true);
            }

            // Somebody else who has got hold of a ticket gets a session of their own, and takes nothing away.
            Map<String, Object> thief = other.connect(Issuers.token("bob-" + way), resume(last, 50));
            assertThat(thief).containsEntry("resumed", false);
            assertThat(bearers[MOST - 1].ask("\"type\":\"subscriptions\"")).containsEntry("type", "subscriptions");

            // A goodbye makes room.
            bearers[0].send("{\"type\":\"disconnect\"}");
            assertThatThrownBy(bearers[0]::take).hasMessage("closed with 1000");
            assertThat(more.connect(token, "")).containsEntry("type", "connected");
        }
        for (Bearer bearer : bearers) {
            bearer.close();
        }
        try (Peer admin = new Peer(server.port())) {
            assertThat(admin.get("/metrics").body()).contains("longwire_limits_hit_total{limit=\"sessions_per_user\"}");
        }
    }
}
