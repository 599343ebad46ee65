// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longwire.server.config.NetworkLimits;
import dev.longwire.server.config.ServerConfig;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is answered to plain HTTP, good and bad. */
final class PlainHttpTest {

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

    private static Peer.Answer get(String path) throws IOException {
        try (Peer peer = new Peer(server.port())) {
            return peer.get(path);
        }
    }

    @Test
    void health() throws IOException {
        assertThat(get("/health/live").status()).isEqualTo(200);
        assertThat(get("/health/ready").status()).isEqualTo(200);
    }

    @Test
    void metrics() throws IOException {
        bystanders.areWell();
        Peer.Answer answer = get("/metrics");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("content-type")).startsWith("text/plain");
        assertThat(answer.body())
                .contains("longwire_messages_published_total ")
                .contains("longwire_messages_delivered_total ")
                .contains("longwire_connections_open{carrier=\"websocket\"} 3")
                .contains("longwire_connections_opened_total{carrier=\"websocket\",format=\"cbor\"} 1")
                .contains("longwire_sessions 3")
                .contains("jvm_memory_used_bytes");
    }

    @Test
    void theConsoleRunsNothingButItsOwn() throws IOException {
        Peer.Answer answer = get("/");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("content-type")).isEqualTo("text/html; charset=utf-8");
        assertThat(answer.header("content-security-policy"))
                .contains("default-src 'none'")
                .contains("script-src 'self'")
                .contains("frame-ancestors 'none'")
                .doesNotContain("unsafe");
        assertThat(answer.header("x-content-type-options")).isEqualTo("nosniff");
        assertThat(answer.body()).contains("Longwire");
    }

    @Test
    void theDocumentationIsInAFolderOfItsOwn() throws IOException {
        Peer.Answer beside = get("/docs");
        assertThat(beside.status()).isEqualTo(308);
        assertThat(beside.header("location")).isEqualTo("docs/");
        Peer.Answer answer = get("/docs/");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("content-type")).isEqualTo("text/html; charset=utf-8");
        assertThat(answer.header("content-security-policy"))
                .contains("default-src 'none'")
                .doesNotContain("unsafe");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/nothing",
                "/docs/files.txt",
                "/docs/../logback.xml",
                "/health",
                "/health/live/",
                "/../etc/passwd",
                "/%2e%2e/etc/passwd",
                "/logback.xml",
                "/files.txt",
                "/console/index.html",
                "/v1",
                "/%00",
                "/health%2Flive"
            })
    void nothingElseIsServed(String path) throws IOException {
        Peer.Answer answer = get(path);
        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.header("content-type")).isEqualTo("application/problem+json");
        assertThat(Documents.parse(answer.body()))
                .containsEntry("name", "not_found")
                .containsEntry("code", 600L);
    }

    @Test
    void otherMethods() throws IOException {
        for (String method : List.of("DELETE", "PUT", "TRACE", "PATCH")) {
            try (Peer peer = new Peer(server.port())) {
                Peer.Answer answer =
                        peer.ask(method + " /health/live HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n");
                assertThat(answer.status()).isEqualTo(405);
                assertThat(answer.header("allow")).contains("GET");
                assertThat(Documents.parse(answer.body())).containsEntry("name", "method_not_allowed");
            }
        }
    }

    @Test
    void aHeadIsAGetWithoutItsBody() throws IOException {
        try (Peer peer = new Peer(server.port())) {
            peer.raw("HEAD /health/ready HTTP/1.1\r\nHost: localhost\r\n\r\n");
            String head = peer.head();
            assertThat(head).startsWith("HTTP/1.1 200 ").containsIgnoringCase("content-length: 6");
            // The next answer begins where a body would have been.
            assertThat(peer.get("/health/live").status()).isEqualTo(200);
        }
    }

    @Test
    void administration() throws IOException {
        bystanders.areWell();
        Map<String, Object> stats = Documents.parse(get("/v1/admin/stats").body());
        assertThat(stats).containsEntry("sessions", 3L).containsEntry("channels", 1L);
        assertThat(stats.get("carriers")).hasToString("{websocket=3, poll=0, stream=0}");
        long published = Documents.number(stats, "messages_in");
        assertThat(published).isPositive();
        assertThat(stats).containsEntry("messages_out", 2 * published);

        String connections = get("/v1/admin/connections?limit=2").body();
        List<?> list = Documents.list(Documents.parse(connections), "connections");
        assertThat(list).hasSize(2);
        Map<?, ?> first = (Map<?, ?>) list.get(0);
        assertThat(Documents.text(first, "client")).startsWith("c-");
        assertThat(Documents.text(first, "address")).startsWith("127.0.0.1:");
        assertThat(Documents.number(first, "connected_at")).isLessThanOrEqualTo(Documents.number(first, "last_active"));

        Map<String, Object> channels = Documents.parse(get("/v1/admin/channels").body());
        Map<?, ?> channel = (Map<?, ?>) Documents.list(channels, "channels").get(0);
        assertThat(Documents.text(channel, "channel")).isEqualTo("bystanders");
        assertThat(Documents.number(channel, "subscribers")).isEqualTo(2);
    }

    @Test
    void severalRequestsOnOneConnection() throws IOException {
        try (Peer peer = new Peer(server.port())) {
            String live = "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n";
            peer.raw(live + live + "GET /none HTTP/1.1\r\nHost: localhost\r\n\r\n"
                    + live.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));
            assertThat(peer.answer().status()).isEqualTo(200);
            assertThat(peer.answer().status()).isEqualTo(200);
            assertThat(peer.answer().status()).isEqualTo(404);
            assertThat(peer.answer().status()).isEqualTo(200);
            assertThat(peer.over()).isTrue();
        }
    }

    /** Where it is doubtful where a request ends, it is the last on its connection. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "nonsense\r\n\r\n",
                "GET /health/live\r\n\r\n",
                "POST /v1/poll HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "POST /v1/poll HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
                "POST /v1/poll HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
                "POST /v1/poll HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n",
                "POST /v1/poll HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                "GET /health/live HTTP/1.1\r\nHost: localhost\r\nBad Name: 1\r\n\r\n",
                "GET /health/live HTTP/1.1\r\nHost: localhost\r\nX: a\u0000b\r\n\r\n"
            })
    void malformedRequests(String request) throws IOException {
        try (Peer peer = new Peer(server.port())) {
            peer.raw(request);
            Peer.Answer answer = peer.answer();
            assertThat(answer.status()).isEqualTo(400);
            assertThat(Documents.parse(answer.body())).containsEntry("name", "bad_request");
            assertThat(peer.over()).isTrue();
        }
    }

    @Test
    void requestLinesAndHeadersAreBounded() throws IOException {
        int line = NetworkLimits.DEFAULT.requestLineBytes();
        int headers = NetworkLimits.DEFAULT.headerBytes();
        for (String request : List.of(
                "GET /" + "a".repeat(line) + " HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "GET /health/live HTTP/1.1\r\nHost: localhost\r\nX: " + "a".repeat(headers) + "\r\n\r\n",
                "GET /health/live HTTP/1.1\r\nHost: localhost\r\n" + "X: a\r\n".repeat(headers / 4) + "\r\n")) {
            try (Peer peer = new Peer(server.port())) {
                peer.rawAnyhow(request.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
                Peer.Answer answer = peer.answer();
                assertThat(answer.status()).isEqualTo(400);
            }
        }
    }

    @Test
    void bodiesAreBounded() throws IOException {
        int most = NetworkLimits.DEFAULT.bodyBytes();
        String head = "POST /v1/poll HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
        try (Peer peer = new Peer(server.port())) {
            Peer.Answer answer = peer.ask(head + "Content-Length: " + (most + 1) + "\r\n\r\n");
            assertThat(answer.status()).isEqualTo(413);
            assertThat(Documents.parse(answer.body())).containsEntry("name", "body_too_large");
        }
        try (Peer peer = new Peer(server.port())) {
            peer.raw(head + "Content-Length: " + (most + 1) + "\r\nExpect: 100-continue\r\n\r\n");
            assertThat(peer.answer().status()).isEqualTo(413);
        }
        try (Peer peer = new Peer(server.port())) {
            peer.raw(head + "Content-Length: 2\r\nExpect: 100-continue\r\n\r\n");
            assertThat(peer.head()).startsWith("HTTP/1.1 100 ");
            Peer.Answer answer = peer.ask("{}");
            assertThat(answer.status()).isEqualTo(400);
        }
    }

    @Test
    void whoSendsTooMuchGetsToReadTheAnswer() throws IOException {
        String flood = " ".repeat(4 * NetworkLimits.DEFAULT.bodyBytes());
        String head = "POST /v1/poll HTTP/1.1\r\nHost: localhost\r\n";
        Map<String, Integer> floods = Map.of(
                head + "Content-Type: application/json\r\nContent-Length: " + flood.length() + "\r\n\r\n",
                413,
                head + "X: ",
                400,
                "GET /",
                400);
        for (Map.Entry<String, Integer> each : floods.entrySet()) {
            try (Peer peer = new Peer(server.port())) {
                peer.raw(each.getKey());
                // Fails with a broken pipe where the server resets the connection.
                peer.raw(flood);
                assertThat(peer.answer().status()).as(each.getKey()).isEqualTo(each.getValue());
            }
        }
    }

    @Test
    void compressedBodiesAreRefused() throws IOException {
        try (Peer peer = new Peer(server.port())) {
            Peer.Answer answer =
                    peer.ask("POST /v1/poll HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                            + "Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}");
            assertThat(answer.status()).isEqualTo(415);
            assertThat(Documents.parse(answer.body())).containsEntry("name", "unsupported_media_type");
        }
    }

    @Test
    void thoseWhoNeverFinishARequestAreTold() throws IOException {
        NetworkLimits hasty =
                new NetworkLimits(65_536, 1_024, 16, 65_536, 4_096, 16_384, 65_536, 200, 10_000, 200, 500);
        try (LongwireServer other = LongwireServer.start(ServerConfig.DEFAULT
                        .at("127.0.0.1", 0)
                        .withLoops(1)
                        .withDrainMillis(0)
                        .withNetwork(hasty));
                Peer silent = new Peer(other.port());
                Peer line = new Peer(other.port());
                Peer headers = new Peer(other.port());
                Peer body = new Peer(other.port());
                Peer second = new Peer(other.port());
                Peer behind = new Peer(other.port());
                Peer idle = new Peer(other.port())) {
            line.raw("GET /hea");
            headers.raw("GET /health/live HTTP/1.1\r\nHost: localhost\r\nX: ");
            body.raw("POST /v1/poll HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{");
            assertThat(idle.get("/health/live").status()).isEqualTo(200);
            assertThat(second.get("/health/live").status()).isEqualTo(200);
            second.raw("GET /hea");
            // Two in one go, of which the second is not whole.
            String whole = "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n";
            assertThat(behind.ask(whole + whole + "G").status()).isEqualTo(200);
            assertThat(behind.answer().status()).isEqualTo(200);
            for (Peer peer : List.of(line, headers, body, second, behind)) {
                Peer.Answer answer = peer.answer();
                assertThat(answer.status()).isEqualTo(408);
                assertThat(answer.header("connection")).isEqualTo("close");
                assertThat(Documents.parse(answer.body()))
                        .containsEntry("name", "request_timeout")
                        .containsEntry("code", 613L);
            }
            // Whoever has not begun has nothing to be told.
            for (Peer peer : List.of(silent, line, headers, body, second, behind, idle)) {
                assertThat(peer.over()).isTrue();
            }
        }
    }
}
