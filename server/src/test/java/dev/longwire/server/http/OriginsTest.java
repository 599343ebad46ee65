// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.longwire.server.LongwireServer;
import dev.longwire.server.auth.Verifier;
import dev.longwire.server.config.BridgeConfig;
import dev.longwire.server.config.ServerConfig;
import dev.longwire.server.connection.ConnectionListener;
import dev.longwire.server.hook.Authorizers;
import dev.longwire.server.loop.Loops;
import dev.longwire.server.metrics.Metrics;
import dev.longwire.server.outgoing.Sender;
import dev.longwire.server.webhook.Webhooks;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every route of the server, asked from pages of every kind of origin. */
final class OriginsTest {

    private static final String GOOD = "https://good.example:8443";

    /** What looks nearly like it. */
    private static final List<String> OTHERS = List.of(
            "null",
            "https://evil.example",
            "http://good.example:8443",
            "https://good.example",
            "https://good.example:443",
            "https://good.example:84430",
            "https://GOOD.example:8443",
            "HTTPS://good.example:8443",
            "https://evil-good.example:8443",
            "https://evil.good.example:8443",
            "https://good.example:8443.evil.example",
            "https://good.example.evil:8443",
            "https://good.example:8443/",
            "https://good.example:8443@evil.example",
            "https://good.example:8443 https://evil.example",
            "good.example:8443",
            "*");

    private static final ServerConfig CONFIG = ServerConfig.DEFAULT
            .at("127.0.0.1", 0)
            .withLoops(1)
            .withDrainMillis(0)
            .withOrigins(List.of("https://other.example", GOOD))
            .withBridges(List.of(new BridgeConfig(
                    "b", URI.create("ws://127.0.0.1:9/"), List.of(), List.of(), List.of(), 5_000, 1 << 20, 10, false)));

    private static final Map<String, String> ROUTES = routes();

    private static final String UPGRADE = String.join(
            "\r\n",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "",
            "");

    private static LongwireServer server;

    @BeforeAll
    static void start() throws IOException {
        server = LongwireServer.start(CONFIG);
    }

    @AfterAll
    static void stop() {
        server.stop();
    }

    private static Map<String, String> routes() {
        MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        try {
            Metrics metrics = new Metrics();
            Loops loops = new Loops(
                    CONFIG,
                    group,
                    new Loops.Deciders(Verifier.ANONYMOUS, Authorizers.NONE),
                    metrics,
                    ConnectionListener.NONE);
            Webhooks none = new Webhooks(List.of(), loops.journal(), new Sender(group), metrics);
            return new Router(loops, none).methods();
        } finally {
            group.shutdownGracefully();
        }
    }

    private record Answer(int status, String head, String body) {
        List<String> headers(String name) {
            String prefix = name + ":";
            return head.lines()
                    .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(prefix))
                    .map(line -> line.substring(prefix.length()).trim())
                    .toList();
        }
    }

    private static Answer ask(LongwireServer of, String method, String path, String more) throws IOException {
        boolean socket = path.equals("/v1/ws") && method.equals("GET");
        String last = socket ? UPGRADE : "Connection: close\r\nContent-Length: 0\r\n\r\n";
        String headers = "Host: localhost:" + of.port() + "\r\n" + more + last;
        try (Socket client = new Socket(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), of.port())) {
            client.setSoTimeout(20_000);
            client.getOutputStream()
                    .write((method + " " + path + " HTTP/1.1\r\n" + headers).getBytes(StandardCharsets.US_ASCII));
            boolean endless = socket || path.equals("/v1/admin/events");
            String text = endless ? head(client.getInputStream()) : all(client.getInputStream());
            int end = text.indexOf("\r\n\r\n");
            return new Answer(Integer.parseInt(text.substring(9, 12)), text.substring(0, end), text.substring(end + 4));
        }
    }

    private static String all(InputStream in) throws IOException {
        return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }

    /** A head that ends the talk of HTTP, or is followed by a stream without end; or, of a refusal, everything that its length says. */
    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) in.read());
        }
        int length = head.toString()
                .lines()
                .filter(line -> line.startsWith("content-length: "))
                .mapToInt(line -> Integer.parseInt(line.substring(16)))
                .findFirst()
                .orElse(0);
        return head + new String(in.readNBytes(length), StandardCharsets.UTF_8);
    }

    private static String from(String origin) {
        return "Origin: " + origin + "\r\n";
    }

    @Test
    void thereAreRoutesOfEveryKind() {
        assertThat(ROUTES)
                .containsKeys(
                        "/", "/v1/ws", "/v1/poll", "/v1/events", "/v1/publish", "/v1/admin/connections", "/metrics")
                .containsKeys("/v1/bridge/b", "/v1/bridge/b/poll");
    }

    @Test
    void pagesOfOtherOriginsAreRefusedEverywhere() throws IOException {
        for (Map.Entry<String, String> route : ROUTES.entrySet()) {
            for (String origin : OTHERS) {
                for (String method : List.of(route.getValue(), "OPTIONS")) {
                    Answer answer = ask(server, method, route.getKey(), from(origin));
                    String what = method + " " + route.getKey() + " from " + origin;
                    assertThat(answer.status).as(what).isEqualTo(403);
                    assertThat(answer.body).as(what).contains("\"origin_not_allowed\"");
                    assertThat(answer.headers("access-control-allow-origin"))
                            .as(what)
                            .isEmpty();
                    assertThat(answer.headers("vary")).as(what).contains("origin");
                }
            }
        }
    }

    @Test
    void pagesOfTheListedOriginMayAskAndReadEverywhere() throws IOException {
        for (Map.Entry<String, String> route : ROUTES.entrySet()) {
            Answer preflight = ask(
                    server,
                    "OPTIONS",
                    route.getKey(),
                    from(GOOD) + "Access-Control-Request-Method: " + route.getValue() + "\r\n");
            assertThat(preflight.status).as(route.getKey()).isEqualTo(204);
            assertThat(preflight.headers("access-control-allow-origin")).containsExactly(GOOD);
            assertThat(preflight.headers("access-control-allow-methods")).containsExactly(route.getValue());
            assertThat(preflight.headers("access-control-allow-headers"))
                    .containsExactly("content-type, authorization, last-event-id");
            assertThat(preflight.headers("access-control-max-age")).containsExactly("7200");
            assertThat(preflight.headers("access-control-allow-credentials")).isEmpty();
            assertThat(preflight.headers("vary")).contains("origin");
            Answer answer = ask(server, route.getValue(), route.getKey(), from(GOOD));
            assertThat(answer.status).as(route.getKey()).isNotEqualTo(403);
            if (answer.status != 101) {
                assertThat(answer.headers("access-control-allow-origin"))
                        .as(route.getKey())
                        .containsExactly(GOOD);
                assertThat(answer.headers("access-control-expose-headers")).containsExactly("retry-after");
                assertThat(answer.headers("access-control-allow-credentials")).isEmpty();
                assertThat(answer.headers("vary")).contains("origin");
            }
        }
    }

    @Test
    void whatIsNoPageMayAskEverywhereAndCachesLearnThatItDepends() throws IOException {
        for (Map.Entry<String, String> route : ROUTES.entrySet()) {
            Answer answer = ask(server, route.getValue(), route.getKey(), "");
            assertThat(answer.status).as(route.getKey()).isNotEqualTo(403);
            assertThat(answer.headers("access-control-allow-origin")).isEmpty();
            if (answer.status != 101) {
                assertThat(answer.headers("vary")).as(route.getKey()).contains("origin");
            }
        }
    }

    @Test
    void anOpaqueOriginIsLetInOnlyWhereItIsNamed() throws IOException {
        ServerConfig own = CONFIG.withOrigins(List.of());
        ServerConfig opaque = CONFIG.withOrigins(List.of("null"));
        try (LongwireServer first = LongwireServer.start(own);
                LongwireServer second = LongwireServer.start(opaque)) {
            assertThat(ask(first, "POST", "/v1/poll", from("null")).status).isEqualTo(403);
            Answer answer = ask(second, "OPTIONS", "/v1/poll", from("null"));
            assertThat(answer.status).isEqualTo(204);
            assertThat(answer.headers("access-control-allow-origin")).containsExactly("null");
            assertThat(ask(second, "POST", "/v1/poll", from("https://evil.example")).status)
                    .isEqualTo(403);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://Good.example",
                "https://good.example/",
                "good.example",
                "*",
                "https://*.good.example/x",
                ""
            })
    void whatIsNoOriginStopsTheStart(String origin) {
        assertThatThrownBy(() -> CONFIG.withOrigins(List.of(origin))).isInstanceOf(IllegalArgumentException.class);
    }
}
