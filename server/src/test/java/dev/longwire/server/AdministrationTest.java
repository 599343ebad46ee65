// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longwire.server.config.AdminKey;
import dev.longwire.server.config.AdminKey.Scope;
import dev.longwire.server.config.ServerConfig;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may see and close sessions, and what they see. */
final class AdministrationTest {

    private static final String READER = "canary-reader-3f9a";
    private static final String CLOSER = "canary-closer-77b1";

    private static LongwireServer server;

    @BeforeAll
    static void start() throws IOException {
        server = LongwireServer.start(ServerConfig.DEFAULT
                .at("127.0.0.1", 0)
                .withLoops(2)
                .withDrainMillis(0)
                .withAdminKeys(List.of(
                        new AdminKey("reader", AdminKey.hashOf(READER), Set.of(Scope.READ)),
                        new AdminKey("closer", AdminKey.hashOf(CLOSER), Set.of(Scope.CLOSE)))));
    }

    @AfterAll
    static void stop() {
        server.stop();
    }

    private static Peer.Answer ask(String method, String path, String authorization) throws IOException {
        try (Peer peer = new Peer(server.port())) {
            return peer.ask(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n"
                    + (authorization.isEmpty() ? "" : "Authorization: " + authorization + "\r\n") + "\r\n");
        }
    }

    private static Map<String, Object> list(String query) throws IOException {
        Peer.Answer answer = ask("GET", "/v1/admin/connections" + query, "Bearer " + READER);
        assertThat(answer.status()).isEqualTo(200);
        return Documents.parse(answer.body());
    }

    private static List<String> clients(Map<String, Object> page) {
        return Documents.list(page, "connections").stream()
                .map(each -> Documents.text((Map<?, ?>) each, "client"))
                .toList();
    }

    /** A session that says who it is, as everybody may know it. */
    private record Known(Peer peer, String client) implements AutoCloseable {

        static Known open() throws IOException {
            Peer peer = Peer.webSocket(server.port(), Peer.JSON);
            peer.text("{\"type\":\"connect\",\"id\":1}");
            return new Known(peer, Documents.text(peer.expect("connected"), "client"));
        }

        @Override
        public void close() throws IOException {
            peer.close();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Bearer",
                "Bearer ",
                "Bearer wrong",
                "Basic " + READER,
                READER,
                "Bearer " + READER + "x",
                "Bearer canary-reader-3f9",
                "Bearer sha256:"
            })
    void nothingIsShownOrDoneWithoutAKeyThatIsKnown(String authorization) throws IOException {
        for (String path : List.of("/metrics", "/v1/admin/stats", "/v1/admin/connections", "/v1/admin/channels")) {
            refused(ask("GET", path, authorization), 401, "unauthorized");
        }
        refused(ask("POST", "/v1/admin/close?client=c", authorization), 401, "unauthorized");
    }

    @Test
    void theHashOfAKeyIsNoKey() throws IOException {
        refused(ask("GET", "/metrics", "Bearer " + AdminKey.hashOf(READER)), 401, "unauthorized");
    }

    @Test
    void twoKeysAtOnceAreNone() throws IOException {
        String two = "Bearer " + READER + "\r\nAuthorization: Bearer " + READER;
        refused(ask("GET", "/metrics", two), 401, "unauthorized");
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /metrics, 200, 403",
        "GET, /v1/admin/stats, 200, 403",
        "GET, /v1/admin/connections, 200, 403",
        "GET, /v1/admin/channels, 200, 403",
        "POST, /v1/admin/close?client=nobody, 403, 200",
        "POST, /v1/admin/revoke?client=nobody, 403, 403"
    })
    void aKeyOpensWhatItsScopesName(String method, String path, int reader, int closer) throws IOException {
        assertThat(ask(method, path, "Bearer " + READER).status()).isEqualTo(reader);
        assertThat(ask(method, path, "bearer " + CLOSER).status()).isEqualTo(closer);
    }

    private static void refused(Peer.Answer answer, int status, String name) throws IOException {
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.header("content-type")).isEqualTo("application/problem+json");
        assertThat(answer.header("www-authenticate")).isEqualTo("Bearer");
        assertThat(Documents.parse(answer.body())).containsEntry("name", name);
        assertThat(answer.body()).doesNotContain("canary");
    }

    @Test
    void thePageThatAsksForTheKeyIsThereForEverybody() throws IOException {
        assertThat(ask("GET", "/", "").status()).isEqualTo(200);
    }

    @Test
    void pagesTogetherHaveEverybodyOnce() throws IOException {
        List<Known> all = new ArrayList<>();
        try {
            Set<String> expected = new TreeSet<>();
            for (int i = 0; i < 7; i++) {
                Known one = Known.open();
                all.add(one);
                expected.add(one.client);
            }
            List<String> seen = new ArrayList<>();
            Map<String, Object> page = list("?limit=2&carrier=websocket");
            while (page.containsKey("next")) {
                assertThat(clients(page)).hasSize(2);
                seen.addAll(clients(page));
                page = list("?limit=2&carrier=websocket&cursor=" + Documents.text(page, "next"));
            }
            seen.addAll(clients(page));
            assertThat(seen).doesNotHaveDuplicates().isSorted().containsAll(expected);
        } finally {
            for (Known each : all) {
                each.close();
            }
        }
    }

    @Test
    void filtersNameWhoIsMeant() throws IOException {
        try (Known reader = Known.open();
                Known other = Known.open()) {
            reader.peer.text("{\"type\":\"subscribe\",\"id\":2,\"channel\":\"filtered\"}");
            reader.peer.expect("subscribed");
            assertThat(clients(list("?channel=filtered"))).containsExactly(reader.client);
            assertThat(clients(list("?client=" + other.client))).containsExactly(other.client);
            assertThat(clients(list("?carrier=stream"))).isEmpty();
            assertThat(clients(list("?user=nobody"))).isEmpty();
            Map<?, ?> entry = (Map<?, ?>)
                    Documents.list(list("?channel=filtered"), "connections").get(0);
            assertThat(Documents.number(entry, "lag")).isZero();
            assertThat(Documents.number(entry, "subscriptions")).isEqualTo(1);
        }
    }

    @Test
    void whoIsAwayLagsByWhatWasPublishedMeanwhile() throws Exception {
        try (Known away = Known.open();
                Known writer = Known.open()) {
            away.peer.text("{\"type\":\"subscribe\",\"id\":2,\"channel\":\"missed\"}");
            away.peer.expect("subscribed");
            away.peer.reset();
            Map<String, Object> gone = list("?client=" + away.client + "&carrier=none");
            long deadline = System.nanoTime() + 20_000_000_000L;
            while (clients(gone).isEmpty() && System.nanoTime() < deadline) {
                gone = list("?client=" + away.client + "&carrier=none");
            }
            for (int id = 2; id < 5; id++) {
                writer.peer.text("{\"type\":\"publish\",\"id\":" + id + ",\"channel\":\"missed\",\"data\":1}");
                writer.peer.expect("published");
            }
            long lag = 0;
            while (lag != 3 && System.nanoTime() < deadline) {
                lag = Documents.number(
                        (Map<?, ?>) Documents.list(list("?client=" + away.client), "connections")
                                .get(0),
                        "lag");
            }
            assertThat(lag).isEqualTo(3);
        }
    }

    @Test
    void whoIsClosedIsToldAndGoneAndNobodyElseIs() throws IOException {
        try (Known victim = Known.open();
                Known other = Known.open()) {
            Peer.Answer answer = ask("POST", "/v1/admin/close?client=" + victim.client, "Bearer " + CLOSER);
            assertThat(answer.body()).isEqualTo("{\"closed\":1}");
            assertThat(victim.peer.closed()).isEqualTo(4403);
            assertThat(clients(list("?client=" + victim.client))).isEmpty();
            assertThat(clients(list("?client=" + other.client))).containsExactly(other.client);
            other.peer.text("{\"type\":\"ping\"}");
            other.peer.expect("pong");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "?client=a&user=b", "?client=a&client=b", "?all=true"})
    void whoIsToBeClosedHasToBeSaid(String query) throws IOException {
        try (Known bystander = Known.open()) {
            assertThat(ask("POST", "/v1/admin/close" + query, "Bearer " + CLOSER)
                            .status())
                    .isEqualTo(400);
            bystander.peer.text("{\"type\":\"ping\"}");
            bystander.peer.expect("pong");
        }
    }
}
