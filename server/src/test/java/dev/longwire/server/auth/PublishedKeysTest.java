// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.auth;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.longwire.server.config.TokenIssuer.Algorithm;
import dev.longwire.server.config.TokenIssuer.Published;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a real publisher of keys may do to us, and how often strangers can make us ask it. */
final class PublishedKeysTest {

    private static final long HOUR = 3_600_000;
    private static final Set<Algorithm> ALGORITHMS = Set.of(Algorithm.RS256, Algorithm.ES256);

    /** How the publisher answers. */
    private interface Mood {
        void answer(HttpExchange exchange) throws IOException;
    }

    private final AtomicInteger fetches = new AtomicInteger();
    private final AtomicInteger elsewhere = new AtomicInteger();
    private final CountDownLatch end = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private HttpServer publisher;
    private volatile Mood mood = exchange -> exchange.sendResponseHeaders(500, -1);

    @BeforeEach
    void start() throws IOException {
        publisher = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        publisher.setExecutor(threads);
        publisher.createContext("/keys", exchange -> {
            fetches.incrementAndGet();
            mood.answer(exchange);
            exchange.close();
        });
        publisher.createContext("/", exchange -> {
            elsewhere.incrementAndGet();
            say(rsa("stolen", 2048)).answer(exchange);
            exchange.close();
        });
        publisher.start();
    }

    @AfterEach
    void stop() {
        end.countDown();
        publisher.stop(0);
        threads.shutdownNow();
    }

    private String address() {
        return "http://127.0.0.1:" + publisher.getAddress().getPort();
    }

    private PublishedKeys keys(long againMillis, Duration patience) {
        return new PublishedKeys(
                new Published(URI.create(address() + "/keys"), ALGORITHMS, HOUR, againMillis), patience);
    }

    private static Mood say(String body) {
        return exchange -> {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
        };
    }

    private static String rsa(String id, int bits) {
        try {
            KeyPairGenerator maker = KeyPairGenerator.getInstance("RSA");
            maker.initialize(bits);
            RSAPublicKey key = (RSAPublicKey) maker.generateKeyPair().getPublic();
            return "{\"keys\":[" + new RSAKey.Builder(key).keyID(id).build() + "]}";
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<String> ids(PublishedKeys keys) throws Exception {
        return keys.look().get(20, TimeUnit.SECONDS).stream()
                .map(each -> String.valueOf(each.id()))
                .toList();
    }

    @Test
    void aPublisherThatNeverEndsItsAnswerIsGivenUp() throws Exception {
        mood = exchange -> {
            exchange.sendResponseHeaders(200, 1_000);
            exchange.getResponseBody().write('{');
            exchange.getResponseBody().flush();
            try {
                end.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
        try (PublishedKeys keys = keys(0, Duration.ofMillis(300))) {
            assertThat(ids(keys)).isEmpty();
            assertThat(keys.seen()).isFalse();
            mood = say(rsa("late", 2048));
            assertThat(ids(keys)).containsExactly("late");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "{}",
                "{\"keys\":null}",
                "{\"keys\":{}}",
                "{\"keys\":[1]}",
                "{\"keys\":[null]}",
                "{\"keys\":[{\"kty\":null}]}",
                "{\"keys\":[{\"kty\":\"RSA\"}]}",
                "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"\",\"e\":\"\"}]}",
                "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"}]}",
                "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"AA\",\"e\":\"AA\",\"use\":1,\"key_ops\":\"sign\"}]}",
                "DEEP",
                "LONG",
                "404",
                "500",
                "302"
            })
    void whatIsNoSetOfKeysLeavesThoseThatWereKnown(String answer) throws Exception {
        try (PublishedKeys keys = keys(0, Duration.ofSeconds(10))) {
            mood = say(rsa("k1", 2048));
            assertThat(ids(keys)).containsExactly("k1");
            mood = switch (answer) {
                case "DEEP" -> say("{\"keys\":" + "[".repeat(100_000));
                case "LONG" -> say(rsa("k2", 2048) + " ".repeat(256 * 1024));
                case "404" -> exchange -> exchange.sendResponseHeaders(404, -1);
                case "500" -> exchange -> exchange.sendResponseHeaders(500, -1);
                case "302" ->
                    exchange -> {
                        exchange.getResponseHeaders().set("Location", address() + "/other");
                        exchange.sendResponseHeaders(302, -1);
                    };
                default -> say(answer);
            };
            assertThat(ids(keys)).doesNotContain("k2", "stolen");
            assertThat(keys.seen()).isTrue();
            mood = say(rsa("k3", 2048));
            assertThat(ids(keys)).containsExactly("k3");
        }
        assertThat(fetches).hasValue(3);
        assertThat(elsewhere).as("requests to another address").hasValue(0);
    }

    @Test
    void manyUnknownNamesCauseOneRequest() throws Exception {
        mood = say(rsa("k1", 2048));
        try (PublishedKeys keys = keys(HOUR, Duration.ofSeconds(10))) {
            for (int i = 0; i < 500; i++) {
                keys.look().get(20, TimeUnit.SECONDS);
            }
            assertThat(fetches).hasValue(1);
        }
    }

    @Test
    void whoAsksMeanwhileWaitsForTheSameRequest() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        mood = exchange -> {
            try {
                go.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            say(rsa("k1", 2048)).answer(exchange);
        };
        try (PublishedKeys keys = keys(0, Duration.ofSeconds(10))) {
            var first = keys.look();
            var second = keys.look();
            go.countDown();
            assertThat(first.get(20, TimeUnit.SECONDS)).hasSize(1);
            assertThat(second.get(20, TimeUnit.SECONDS)).hasSize(1);
            assertThat(fetches).hasValue(1);
        }
    }

    @Test
    void secretsAndWeakKeysAreNoKeys() throws Exception {
        KeyPairGenerator maker = KeyPairGenerator.getInstance("EC");
        maker.initialize(Curve.P_256.toECParameterSpec());
        ECPublicKey curve = (ECPublicKey) maker.generateKeyPair().getPublic();
        String weak = rsa("weak", 1024);
        String all = weak.substring(0, weak.length() - 2) + ","
                + new OctetSequenceKey.Builder(new byte[64])
                        .keyID("oct")
                        .build()
                        .toJSONString()
                + ",{\"kty\":\"new\",\"kid\":\"unheard-of\"},"
                + new ECKey.Builder(Curve.P_256, curve).keyID("ec").build() + "]}";
        mood = say(all);
        try (PublishedKeys keys = keys(0, Duration.ofSeconds(10))) {
            assertThat(ids(keys)).containsExactly("ec");
        }
    }

    @Test
    void nothingIsFetchedAfterTheEnd() throws Exception {
        mood = say(rsa("k1", 2048));
        PublishedKeys keys = keys(0, Duration.ofSeconds(10));
        assertThat(ids(keys)).containsExactly("k1");
        keys.close();
        keys.look().get(20, TimeUnit.SECONDS);
        assertThat(fetches).hasValue(1);
    }
}
