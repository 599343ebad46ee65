// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longwire.server.config.ServerConfig;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who gets a WebSocket connection, and what the others are told. */
final class HandshakeTest {

    private static final String KEY = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    private static final String UPGRADE = "Upgrade: websocket\r\nConnection: Upgrade\r\n";
    private static final String VERSION = "Sec-WebSocket-Version: 13\r\n";

    private static LongwireServer server;
    private static LongwireServer choosy;

    @BeforeAll
    static void start() throws IOException {
        ServerConfig config =
                ServerConfig.DEFAULT.at("127.0.0.1", 0).withLoops(1).withDrainMillis(0);
        server = LongwireServer.start(config);
        choosy = LongwireServer.start(config.withOrigins(List.of("https://good.com", "http://localhost:3000")));
    }

    @AfterAll
    static void stop() {
        server.stop();
        choosy.stop();
    }

    private static Peer.Answer ask(LongwireServer of, String path, String host, String headers) throws IOException {
        try (Peer peer = new Peer(of.port())) {
            return peer.ask("GET " + path + " HTTP/1.1\r\n" + (host.isEmpty() ? "" : "Host: " + host + "\r\n") + headers
                    + "\r\n");
        }
    }

    private static Peer.Answer ask(String headers) throws IOException {
        return ask(server, "/v1/ws", "127.0.0.1:" + server.port(), headers);
    }

    /** A problem document (RFC 9457) that says the same as the status line. */
    private static void problem(Peer.Answer answer, int status, String name) throws IOException {
        assertThat(answer.status()).as(answer.head()).isEqualTo(status);
        assertThat(answer.header("content-type")).isEqualTo("application/problem+json");
        assertThat(answer.header("x-content-type-options")).isEqualTo("nosniff");
        Map<String, Object> document = Documents.parse(answer.body());
        assertThat(document)
                .containsEntry("status", (long) status)
                .containsEntry("name", name)
                .containsKeys("type", "title", "code");
    }

    @ParameterizedTest
    @CsvSource({"websocket, Upgrade", "WebSocket, upgrade", "'h2c, websocket', 'keep-alive, Upgrade'"})
    void anUpgrade(String upgrade, String connection) throws IOException {
        Peer.Answer answer = ask("Upgrade: " + upgrade + "\r\nConnection: " + connection + "\r\n" + VERSION + KEY);
        assertThat(answer.status()).isEqualTo(101);
        assertThat(answer.header("upgrade")).isEqualToIgnoringCase("websocket");
        assertThat(answer.header("connection")).isEqualToIgnoringCase("upgrade");
        assertThat(answer.header("sec-websocket-accept")).isEqualTo("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        assertThat(answer.header("sec-websocket-protocol")).isEmpty();
        assertThat(answer.header("sec-websocket-extensions")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "longwire.v1.json, longwire.v1.json",
        "longwire.v1.cbor, longwire.v1.cbor",
        "'longwire.v1.cbor, longwire.v1.json', longwire.v1.cbor",
        "'soap,longwire.v9.json , longwire.v1.json', longwire.v1.json",
    })
    void subprotocols(String offered, String chosen) throws IOException {
        Peer.Answer answer = ask(UPGRADE + VERSION + KEY + "Sec-WebSocket-Protocol: " + offered + "\r\n");
        assertThat(answer.status()).isEqualTo(101);
        assertThat(answer.header("sec-websocket-protocol")).isEqualTo(chosen);
    }

    @ParameterizedTest
    @ValueSource(strings = {"soap", "longwire.v2.json", "LONGWIRE.V1.JSON", "longwire.v1.json.evil", ",,,"})
    void unknownSubprotocols(String offered) throws IOException {
        problem(
                ask(UPGRADE + VERSION + KEY + "Sec-WebSocket-Protocol: " + offered + "\r\n"),
                400,
                "unknown_subprotocol");
    }

    @Test
    void tooManySubprotocols() throws IOException {
        String offers = "a,".repeat(3_000) + "longwire.v1.json";
        problem(
                ask(UPGRADE + VERSION + KEY + "Sec-WebSocket-Protocol: " + offers + "\r\n"),
                400,
                "unknown_subprotocol");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMA\r\n"})
    void notAnUpgrade(String headers) throws IOException {
        Peer.Answer answer = ask(headers);
        problem(answer, 426, "upgrade_required");
        assertThat(answer.header("upgrade")).isEqualTo("websocket");
    }

    @Test
    void otherUpgradesElsewhereAreIgnored() throws IOException {
        String host = "127.0.0.1:" + server.port();
        String h2c = "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMA\r\n";
        assertThat(ask(server, "/health/live", host, h2c).status()).isEqualTo(200);
        assertThat(ask(server, "/health/live", host, UPGRADE + VERSION + KEY).status())
                .isEqualTo(200);
        problem(ask(server, "/v1/ws/", host, UPGRADE + VERSION + KEY), 404, "not_found");
        problem(ask(server, "/v1/wss", host, UPGRADE + VERSION + KEY), 404, "not_found");
        problem(ask(server, "/V1/WS", host, UPGRADE + VERSION + KEY), 404, "not_found");
        problem(ask(server, "//v1/ws", host, UPGRADE + VERSION + KEY), 404, "not_found");
        assertThat(ask(server, "/v1/ws?x=1", host, UPGRADE + VERSION + KEY).status())
                .isEqualTo(101);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "8", "14", "13, 8", "013"})
    void otherVersions(String version) throws IOException {
        String header = version.isEmpty() ? "" : "Sec-WebSocket-Version: " + version + "\r\n";
        Peer.Answer answer = ask(UPGRADE + header + KEY);
        problem(answer, 426, "upgrade_required");
        assertThat(answer.header("sec-websocket-version")).isEqualTo("13");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Sec-WebSocket-Key:\r\n",
                "Sec-WebSocket-Key: c2hvcnQ=\r\n",
                "Sec-WebSocket-Key: !!!!!!!!!!!!!!!!!!!!!!==\r\n",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZXRoZSBzYW1wbGU=\r\n",
                KEY + KEY
            })
    void badKeys(String key) throws IOException {
        problem(ask(UPGRADE + VERSION + key), 400, "bad_upgrade");
    }

    @Test
    void anUpgradeThatTheConnectionHeaderDoesNotName() throws IOException {
        problem(ask("Upgrade: websocket\r\nConnection: keep-alive\r\n" + VERSION + KEY), 400, "bad_upgrade");
        problem(ask("Upgrade: websocket\r\n" + VERSION + KEY), 400, "bad_upgrade");
    }

    @Test
    void anotherMethod() throws IOException {
        try (Peer peer = new Peer(server.port())) {
            Peer.Answer answer = peer.ask("POST /v1/ws HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n" + UPGRADE
                    + VERSION + KEY + "\r\n");
            problem(answer, 405, "method_not_allowed");
            assertThat(answer.header("allow")).contains("GET");
        }
    }

    private static int upgradeFrom(LongwireServer of, String origin, String host) throws IOException {
        String header = origin.isEmpty() ? "" : "Origin: " + origin + "\r\n";
        Peer.Answer answer = ask(of, "/v1/ws", host, UPGRADE + VERSION + KEY + header);
        if (answer.status() != 101) {
            problem(answer, 403, "origin_not_allowed");
        }
        return answer.status();
    }

    private static int requestFrom(LongwireServer of, String origin, String host) throws IOException {
        String header = origin.isEmpty() ? "" : "Origin: " + origin + "\r\n";
        Peer.Answer answer = ask(of, "/health/live", host, header);
        String readers = answer.header("access-control-allow-origin");
        if (answer.status() == 200) {
            assertThat(readers).isEqualTo(origin);
            assertThat(answer.header("vary")).isEqualToIgnoringCase("origin");
        } else {
            problem(answer, 403, "origin_not_allowed");
            assertThat(readers).isEmpty();
        }
        return answer.status();
    }

    @ParameterizedTest
    @CsvSource({
        "'', true",
        "http://localhost:PORT, true",
        "https://localhost:PORT, true",
        "http://127.0.0.1:PORT, false",
        "http://localhost, false",
        "http://localhost:1, false",
        "http://localhost:PORT.evil.com, false",
        "http://localhost:PORT/, false",
        "http://evil-localhost:PORT, false",
        "ftp://localhost:PORT, false",
        "null, false",
        "http://LOCALHOST:PORT, false",
        "'http://localhost:PORT http://evil.com', false",
        "https://evil.com, false",
    })
    void ownOriginsOnlyByDefault(String origin, boolean allowed) throws IOException {
        String host = "localhost:" + server.port();
        String real = origin.replace("PORT", "" + server.port());
        assertThat(upgradeFrom(server, real, host)).isEqualTo(allowed ? 101 : 403);
        assertThat(requestFrom(server, real, host)).isEqualTo(allowed ? 200 : 403);
    }

    @ParameterizedTest
    @CsvSource({
        "'', true",
        "https://good.com, true",
        "http://localhost:3000, true",
        "http://good.com, false",
        "https://good.com:443, false",
        "https://good.com:8443, false",
        "https://evil-good.com, false",
        "https://good.com.evil, false",
        "https://evil.good.com, false",
        "https://good.com/, false",
        "https://GOOD.com, false",
        "http://localhost:PORT, false",
        "null, false",
        "*, false",
    })
    void listedOriginsOnlyWhereThereIsAList(String origin, boolean allowed) throws IOException {
        String host = "localhost:" + choosy.port();
        String real = origin.replace("PORT", "" + choosy.port());
        assertThat(upgradeFrom(choosy, real, host)).isEqualTo(allowed ? 101 : 403);
        assertThat(requestFrom(choosy, real, host)).isEqualTo(allowed ? 200 : 403);
    }

    @Test
    void twoOriginsAreNone() throws IOException {
        String host = "localhost:" + choosy.port();
        String both = "Origin: https://good.com\r\nOrigin: https://evil.com\r\n";
        problem(ask(choosy, "/v1/ws", host, UPGRADE + VERSION + KEY + both), 403, "origin_not_allowed");
    }

    @Test
    void preflights() throws IOException {
        String options = "OPTIONS /v1/poll HTTP/1.1\r\nHost: localhost\r\nOrigin: ";
        try (Peer peer = new Peer(choosy.port())) {
            Peer.Answer answer = peer.ask(options + "https://good.com\r\nAccess-Control-Request-Method: POST\r\n\r\n");
            assertThat(answer.status()).isEqualTo(204);
            assertThat(answer.header("access-control-allow-origin")).isEqualTo("https://good.com");
            assertThat(answer.header("access-control-allow-methods")).contains("POST");
            assertThat(answer.header("access-control-allow-headers")).contains("content-type");
            assertThat(Long.parseLong(answer.header("access-control-max-age"))).isPositive();
            assertThat(answer.header("access-control-allow-credentials")).isEmpty();
            problem(peer.ask(options + "https://evil.com\r\n\r\n"), 403, "origin_not_allowed");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "LOCALHOST:1", "127.0.0.1", "127.0.0.1:8000", "[::1]", "[::1]:8000"})
    void loopbackHosts(String host) throws IOException {
        assertThat(ask(server, "/health/live", host, "").status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil.com",
                "localhost.evil.com",
                "evil.com:80",
                "127.0.0.1.nip.io",
                "0.0.0.0",
                "[::]",
                "127.0.0.2",
                "localhost@evil.com"
            })
    void otherHosts(String host) throws IOException {
        problem(ask(server, "/health/live", host, ""), 403, "host_not_allowed");
        problem(ask(server, "/v1/ws", host, UPGRADE + VERSION + KEY), 403, "host_not_allowed");
    }

    @Test
    void noHostOrTwo() throws IOException {
        List<Integer> statuses = new ArrayList<>();
        statuses.add(ask(server, "/health/live", "", "").status());
        statuses.add(
                ask(server, "/health/live", "localhost", "Host: localhost\r\n").status());
        assertThat(statuses).allMatch(status -> status == 400 || status == 403);
    }

    @Test
    void onlyLoopbackIsBoundWithoutAuthentication() {
        ServerConfig open = ServerConfig.DEFAULT.at("0.0.0.0", 0);
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> LongwireServer.start(open))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("loopback");
    }

    @Test
    void everywhereWhenItIsInsistedUponButAdministrationIsClosed() throws IOException {
        ServerConfig open = ServerConfig.DEFAULT
                .at("0.0.0.0", 0)
                .withLoops(1)
                .withDrainMillis(0)
                .withInsecure(true);
        try (LongwireServer everywhere = LongwireServer.start(open)) {
            assertThat(ask(everywhere, "/health/live", "chat.example.com", "").status())
                    .isEqualTo(200);
            for (String path :
                    List.of("/", "/metrics", "/v1/admin/stats", "/v1/admin/connections", "/v1/admin/channels")) {
                problem(ask(everywhere, path, "chat.example.com", ""), 401, "unauthorized");
            }
        }
    }
}
