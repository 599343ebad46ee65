// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.RSAKey;
import com.sun.net.httpserver.HttpServer;
import dev.longwire.core.Namespaces;
import dev.longwire.core.SlowPolicy;
import dev.longwire.core.access.Operation;
import dev.longwire.core.log.Retention;
import dev.longwire.core.presence.PresenceSettings;
import dev.longwire.server.config.ServerConfig;
import dev.longwire.server.config.TokenIssuer.Algorithm;
import dev.longwire.server.config.TokenIssuer.Published;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.interfaces.RSAPublicKey;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whose tokens open a real server's doors, and that everybody else is told the same and nothing more. */
final class TokensTest {

    private static final Issuers APP = new Issuers();
    private static final KeyPair PUBLISHED = new Issuers().rsa;
    private static final AtomicInteger FETCHES = new AtomicInteger();

    private static final String P256_ORDER = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";

    @TempDir
    private static Path folder;

    private static HttpServer publisher;
    private static LongwireServer server;

    @BeforeAll
    static void start() throws IOException {
        publisher = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        byte[] keys = ("{\"keys\":["
                        + new RSAKey.Builder((RSAPublicKey) PUBLISHED.getPublic())
                                .keyID("pub")
                                .build() + "]}")
                .getBytes(StandardCharsets.UTF_8);
        publisher.createContext("/", exchange -> {
            FETCHES.incrementAndGet();
            exchange.sendResponseHeaders(200, keys.length);
            exchange.getResponseBody().write(keys);
            exchange.close();
        });
        publisher.start();
        Published jwks = new Published(
                URI.create("http://127.0.0.1:" + publisher.getAddress().getPort() + "/keys"),
                Set.of(Algorithm.RS256),
                3_600_000,
                3_600_000);
        Namespaces.Settings open = new Namespaces.Settings(
                Retention.DEFAULT, SlowPolicy.CATCH_UP, PresenceSettings.DEFAULT, Set.of(Operation.SUBSCRIBE));
        server = LongwireServer.start(ServerConfig.DEFAULT
                .at("127.0.0.1", 0)
                .withLoops(2)
                .withDrainMillis(0)
                .withNamespaces(new Namespaces(Namespaces.Settings.DEFAULT, Map.of("public", open)), 0)
                .withTokens(List.of(APP.config(folder, jwks))));
    }

    @AfterAll
    static void stop() {
        server.stop();
        publisher.stop(0);
    }

    private static String connect(String token) {
        return "{\"type\":\"connect\",\"id\":1,\"token\":\"" + token + "\"}";
    }

    private static Map<String, Object> admitted(String token) throws IOException {
        try (Peer peer = Peer.webSocket(server.port(), Peer.JSON)) {
            peer.text(connect(token));
            return peer.expect("connected");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"HS256", "HS512", "RS256", "PS384", "ES256", "EDDSA"})
    void signaturesOfConfiguredKeysAreAccepted(Algorithm algorithm) throws Exception {
        assertThat(admitted(APP.signed(algorithm, Issuers.claims()))).containsEntry("user", "ann");
    }

    @Test
    void publishedKeysAreAcceptedAndFetchedOnce() throws Exception {
        String token = published();
        assertThat(admitted(token)).containsEntry("user", "ann");
        assertThat(admitted(token)).containsEntry("user", "ann");
        assertThat(FETCHES).hasValue(1);
    }

    private static String published() {
        return Issuers.sign(
                Issuers.header(JWSAlgorithm.RS256, "pub"), Issuers.claims(), new RSASSASigner(PUBLISHED.getPrivate()));
    }

    private static Map<String, String> hostile() {
        Map<String, String> all = new LinkedHashMap<>();
        String claims = Issuers.claims();
        signatures(claims, all);
        claims(claims, all);
        headers(claims, all);
        return all;
    }

    private static String mac(String header, String claims) {
        return Issuers.rawMac(header, claims, Issuers.SECRET.getBytes(StandardCharsets.UTF_8));
    }

    private static void signatures(String claims, Map<String, String> all) {
        String good = Issuers.hs(claims);
        String[] parts = good.split("\\.", 3);
        all.put("empty", "");
        all.put("no token", "nonsense");
        all.put("alg none, no signature", Issuers.encoded("{\"alg\":\"none\"}") + "." + parts[1] + ".");
        all.put("alg none, a signature", Issuers.encoded("{\"alg\":\"none\"}") + "." + parts[1] + "." + parts[2]);
        all.put("alg NONE", mac("{\"alg\":\"nOnE\"}", claims));
        all.put("no alg", mac("{\"kid\":\"hs\"}", claims));
        all.put("alg twice", mac("{\"alg\":\"HS256\",\"alg\":\"HS256\",\"kid\":\"hs\"}", claims));
        all.put("alg in lower case", mac("{\"alg\":\"hs256\",\"kid\":\"hs\"}", claims));
        for (String kid : List.of("rs", "es", "ed")) {
            byte[] file = Issuers.pem(
                            (kid.equals("rs") ? APP.rsa : kid.equals("es") ? APP.ec : APP.edwards).getPublic())
                    .getBytes(StandardCharsets.UTF_8);
            all.put(
                    "HS with the public key of " + kid,
                    Issuers.rawMac("{\"alg\":\"HS256\",\"kid\":\"" + kid + "\"}", claims, file));
        }
        all.put("HS with an empty secret's hash", Issuers.rawMac("{\"alg\":\"HS256\"}", claims, new byte[1]));
        all.put(
                "HS with the RSA key's DER",
                Issuers.rawMac(
                        "{\"alg\":\"HS256\"}", claims, APP.rsa.getPublic().getEncoded()));
        all.put(
                "wrong key",
                Issuers.sign(
                        Issuers.header(JWSAlgorithm.HS256, "hs"),
                        claims,
                        Issuers.macSigner("another-secret-of-at-least-32-bytes")));
        all.put("wrong signature", good.substring(0, good.length() - 4) + "AAAA");
        all.put("no signature", parts[0] + "." + parts[1] + ".");
        all.put("other claims", parts[0] + "." + Issuers.encoded(claims.replace("ann", "bob")) + "." + parts[2]);
        all.put("four parts", good + ".x");
        all.put("padded", good + "=");
        all.put("longer than 8 KiB", Issuers.hs(Issuers.claims("ann", ",\"pad\":\"" + "x".repeat(7_000) + "\"")));
    }

    private static void claims(String claims, Map<String, String> all) {
        long now = System.currentTimeMillis() / 1000;
        String good = Issuers.hs(claims);
        all.put("expired", Issuers.hs(claims.replace("\"exp\":", "\"exp\":" + (now - 5) + ",\"was\":")));
        all.put("exp now", Issuers.hs(claims.replace("\"exp\":", "\"exp\":" + now + ",\"was\":")));
        all.put("not yet valid", Issuers.hs(Issuers.claims("ann", ",\"nbf\":" + (now + 300))));
        all.put("made in the future", Issuers.hs(Issuers.claims("ann", ",\"iat\":" + (now + 300))));
        all.put("wrong audience", Issuers.hs(claims.replace("\"longwire\"", "\"other\"")));
        all.put("no audience", Issuers.hs(claims.replace("\"aud\"", "\"for\"")));
        all.put("wrong issuer", Issuers.hs(claims.replace(Issuers.ISSUER, Issuers.ISSUER + ".evil")));
        all.put("no issuer", Issuers.hs(claims.replace("\"iss\"", "\"by\"")));
        all.put("no exp", Issuers.hs(claims.replace("\"exp\"", "\"end\"")));
        all.put("string exp", Issuers.hs(claims.replace("\"exp\":", "\"exp\":\"9999999999\",\"was\":")));
        all.put("fraction exp", Issuers.hs(claims.replace("\"exp\":", "\"exp\":9999999999.5,\"was\":")));
        all.put("exponent exp", Issuers.hs(claims.replace("\"exp\":", "\"exp\":1e30,\"was\":")));
        all.put("duplicate claims", Issuers.hs(Issuers.claims("ann", ",\"sub\":\"bob\"")));
        all.put("claims are no map", Issuers.hs("[1]"));
        all.put("claims are another token", Issuers.hs("\"" + good + "\""));
        all.put("a $ in sub", Issuers.hs(Issuers.claims("$admin", "")));
        all.put("empty sub", Issuers.hs(Issuers.claims("", "")));
        all.put("cap is a list", Issuers.hs(claims.replace("{\"*\":[\"*\"]}", "[\"*\"]")));
    }

    private static void headers(String claims, Map<String, String> all) {
        String body = Issuers.encoded(claims);
        all.put(
                "nested JWE",
                Issuers.encoded("{\"alg\":\"dir\",\"enc\":\"A256GCM\"}")
                        + "..AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA");
        all.put("JWE header in three parts", mac("{\"alg\":\"HS256\",\"enc\":\"A256GCM\",\"kid\":\"hs\"}", claims));
        all.put(
                "zero-signature ECDSA",
                Issuers.encoded("{\"alg\":\"ES256\",\"kid\":\"es\"}") + "." + body + "."
                        + Issuers.encoded("\0".repeat(64)));
        // r and s are the order of the curve: as good as zero.
        all.put(
                "ECDSA signature of orders",
                Issuers.encoded("{\"alg\":\"ES256\",\"kid\":\"es\"}") + "." + body + "."
                        + Base64.getUrlEncoder()
                                .withoutPadding()
                                .encodeToString(HexFormat.of().parseHex(P256_ORDER.repeat(2))));
        all.put("short ECDSA signature", Issuers.encoded("{\"alg\":\"ES256\",\"kid\":\"es\"}") + "." + body + ".AAAA");
        all.put(
                "zero-signature EdDSA",
                Issuers.encoded("{\"alg\":\"EdDSA\",\"kid\":\"ed\"}") + "." + body + "."
                        + Issuers.encoded("\0".repeat(64)));
        all.put("unknown kid", mac("{\"alg\":\"HS256\",\"kid\":\"other\"}", claims));
        all.put("unknown kid among the published", published("{\"alg\":\"RS256\",\"kid\":\"no-such\"}", claims));
        all.put("kid of another key", mac("{\"alg\":\"HS256\",\"kid\":\"hs5\"}", claims));
        all.put("kid with a path", mac("{\"alg\":\"HS256\",\"kid\":\"../../../../dev/null\"}", claims));
        all.put("kid with a URL", published("{\"alg\":\"RS256\",\"kid\":\"" + address() + "\"}", claims));
        all.put("kid is a number", mac("{\"alg\":\"HS256\",\"kid\":1}", claims));
        all.put("hostile jku", published("{\"alg\":\"RS256\",\"kid\":\"pub\",\"jku\":\"" + address() + "\"}", claims));
        all.put("hostile x5u", published("{\"alg\":\"RS256\",\"kid\":\"pub\",\"x5u\":\"" + address() + "\"}", claims));
        all.put("jwk", mac("{\"alg\":\"HS256\",\"kid\":\"hs\",\"jwk\":{\"kty\":\"oct\",\"k\":\"AA\"}}", claims));
        all.put("x5c", mac("{\"alg\":\"HS256\",\"kid\":\"hs\",\"x5c\":[\"AAAA\"]}", claims));
        all.put("unencoded", mac("{\"alg\":\"HS256\",\"kid\":\"hs\",\"b64\":false}", claims));
        all.put("compressed", mac("{\"alg\":\"HS256\",\"kid\":\"hs\",\"zip\":\"DEF\"}", claims));
        all.put("crit", mac("{\"alg\":\"HS256\",\"kid\":\"hs\",\"crit\":[\"exp\"]}", claims));
        all.put("header deeper than allowed", mac("{\"alg\":\"HS256\",\"kid\":\"hs\",\"x\":[[[[[]]]]]}", claims));
    }

    private static String address() {
        return "http://127.0.0.1:" + publisher.getAddress().getPort() + "/evil";
    }

    private static String published(String header, String claims) {
        // Signed with a key that nobody published, as an attacker's would be.
        return Issuers.rawMac(header, claims, new byte[32]);
    }

    /** [A9] */
    @Test
    void everyHostileTokenIsToldTheSameAndCausesNoRequest() throws Exception {
        assertThat(admitted(published())).containsEntry("user", "ann");
        int before = FETCHES.get();
        List<String> frames = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        List<String> polls = new ArrayList<>();
        for (Map.Entry<String, String> each : hostile().entrySet()) {
            try (Peer peer = Peer.webSocket(server.port(), Peer.JSON)) {
                peer.text(connect(each.getValue()));
                String frame = new String(peer.next().payload(), StandardCharsets.UTF_8);
                assertThat(frame).as(each.getKey()).contains("unauthorized");
                frames.add(frame);
                assertThat(peer.closed()).as(each.getKey()).isEqualTo(4401);
            }
            try (Peer peer = new Peer(server.port())) {
                Peer.Answer answer = peer.ask(
                        request("POST", "/v1/tickets", "Authorization: Bearer " + each.getValue() + "\r\n", ""));
                assertThat(answer.status()).as(each.getKey()).isEqualTo(401);
                problems.add(answer.body());
            }
            try (Peer peer = new Peer(server.port())) {
                polls.add(peer.ask(request(
                                "POST", "/v1/poll", "", "{\"seq\":1,\"frames\":[" + connect(each.getValue()) + "]}"))
                        .body());
            }
        }
        assertThat(frames).hasSizeGreaterThan(50).allMatch(each -> each.equals(frames.get(0)));
        assertThat(frames.get(0)).contains("\"name\":\"unauthorized\"").doesNotContain("canary");
        assertThat(problems).allMatch(each -> each.equals(problems.get(0)));
        assertThat(polls).allMatch(each -> each.equals(polls.get(0)));
        assertThat(polls.get(0)).contains("unauthorized");
        assertThat(FETCHES).as("requests for keys").hasValue(before);
    }

    private static String request(String method, String path, String headers, String body) {
        return method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + body.length() + "\r\n"
                + headers + "\r\n" + body;
    }

    @Test
    void aTokenOfAMegabyteHarmsNobody() throws Exception {
        String token = Issuers.hs(Issuers.claims("ann", ",\"pad\":\"" + "x".repeat(1 << 20) + "\""));
        try (Peer peer = Peer.webSocket(server.port(), Peer.JSON)) {
            peer.rawAnyhow(Peer.masked(0x81, connect(token).getBytes(StandardCharsets.UTF_8)));
            assertThat(peer.closed()).isEqualTo(1009);
        }
        assertThat(admitted(Issuers.token("ann"))).containsEntry("user", "ann");
    }

    /** [A7], [A8] */
    @Test
    void aHeaderOrATicketSayWhoItIsToo() throws Exception {
        String bearer = "Authorization: Bearer " + Issuers.token("ann") + "\r\n";
        String connect = "{\"type\":\"connect\",\"id\":1}";
        try (Peer peer = new Peer(server.port())) {
            String body = "{\"seq\":1,\"frames\":[" + connect + "]}";
            assertThat(peer.ask(request("POST", "/v1/poll", bearer, body)).body())
                    .contains("\"user\":\"ann\"");
        }
        try (Peer peer = new Peer(server.port())) {
            peer.raw(Peer.upgrade(server.port(), bearer)).head();
            peer.text(connect);
            assertThat(peer.expect("connected")).containsEntry("user", "ann");
        }
        String path = "/v1/events?channel=private&ticket=" + ticket(bearer);
        try (Peer first = new Peer(server.port());
                Peer second = new Peer(server.port())) {
            first.raw(request("GET", path, "", "").getBytes(StandardCharsets.UTF_8));
            assertThat(first.head()).startsWith("HTTP/1.1 200");
            assertThat(second.ask(request("GET", path, "", "")).status()).isIn(401, 403);
        }
    }

    private static String ticket(String bearer) throws IOException {
        try (Peer peer = new Peer(server.port())) {
            Peer.Answer answer = peer.ask(request("POST", "/v1/tickets", bearer, ""));
            assertThat(answer.status()).isEqualTo(200);
            return Documents.text(Documents.parse(answer.body()), "ticket");
        }
    }

    /** [A8] */
    @Test
    void aTicketOpensOneWebSocket() throws Exception {
        String ticket = ticket("Authorization: Bearer " + Issuers.token("ann") + "\r\n");
        String connect = "{\"type\":\"connect\",\"id\":1}";
        for (String user : new String[] {"ann", null}) {
            try (Peer peer = new Peer(server.port())) {
                String plain = Peer.upgrade(server.port(), "");
                peer.raw(plain.replace("/v1/ws", "/v1/ws?ticket=" + ticket)).head();
                peer.text(connect);
                assertThat(peer.expect("connected")).containsEntry("user", user);
            }
        }
    }

    /** [A8] */
    @Test
    void aTokenInAUrlIsRefused() throws Exception {
        for (String name : List.of("token", "access_token", "jwt", "id_token")) {
            for (String path : List.of("/v1/ws", "/v1/events", "/v1/poll", "/v1/tickets")) {
                try (Peer peer = new Peer(server.port())) {
                    Peer.Answer answer = peer.ask(
                            request("GET", path + "?channel=public:a&" + name + "=" + Issuers.token("ann"), "", ""));
                    assertThat(answer.status()).isEqualTo(400);
                    assertThat(answer.body()).contains("token_in_url").doesNotContain("eyJ");
                }
            }
        }
    }

    @Test
    void withoutATokenThereIsWhatEverybodyMay() throws Exception {
        try (Peer peer = Peer.webSocket(server.port(), Peer.JSON)) {
            peer.text("{\"type\":\"connect\",\"id\":1}");
            assertThat(peer.expect("connected")).containsEntry("user", null);
            peer.text("{\"type\":\"subscribe\",\"id\":2,\"channel\":\"public:a\"}");
            peer.expect("subscribed");
            peer.text("{\"type\":\"publish\",\"id\":3,\"channel\":\"public:a\",\"data\":1}");
            assertThat(peer.expect("error")).containsEntry("name", "forbidden");
            peer.text("{\"type\":\"subscribe\",\"id\":4,\"channel\":\"private\"}");
            assertThat(peer.expect("error")).containsEntry("name", "forbidden");
        }
    }
}
