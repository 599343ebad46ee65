// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.auth;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import dev.longwire.core.Principal;
import dev.longwire.server.config.TokenIssuer;
import dev.longwire.server.config.TokenIssuer.Algorithm;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which signatures a loop checks itself, and how many are checked for one token. */
final class JwtVerifierTest {

    private static final String SECRET = "canary-secret-of-at-least-thirty-two-bytes";

    @TempDir
    private Path folder;

    private final ArrayDeque<Runnable> elsewhere = new ArrayDeque<>();
    private KeyPair curve;
    private List<TokenIssuer> issuers = List.of();

    @BeforeEach
    void keys() throws Exception {
        KeyPairGenerator maker = KeyPairGenerator.getInstance("EC");
        maker.initialize(new ECGenParameterSpec("secp256r1"));
        curve = maker.generateKeyPair();
        String pem = "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder().encodeToString(curve.getPublic().getEncoded())
                + "\n-----END PUBLIC KEY-----\n";
        issuers = List.of(issuer(List.of(
                new TokenIssuer.Key("hs", Algorithm.HS256, SECRET, null),
                new TokenIssuer.Key("es", Algorithm.ES256, null, Files.writeString(folder.resolve("es"), pem)))));
    }

    private static TokenIssuer issuer(List<TokenIssuer.Key> keys) {
        return new TokenIssuer("app", null, List.of(), 0, keys, null);
    }

    private static String token(JWSAlgorithm algorithm, @Nullable String kid, JWSSigner signer) throws JOSEException {
        long ends = System.currentTimeMillis() / 1000 + 600;
        JWSObject token = new JWSObject(
                new JWSHeader.Builder(algorithm).keyID(kid).build(),
                new Payload("{\"sub\":\"ann\",\"exp\":" + ends + "}"));
        token.sign(signer);
        return token.serialize();
    }

    private String onCurve() throws JOSEException {
        return token(JWSAlgorithm.ES256, "es", new ECDSASigner((ECPrivateKey) curve.getPrivate()));
    }

    private static JWSSigner secret(String text) throws JOSEException {
        return new MACSigner(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void whatIsQuickIsCheckedAtOnce() throws Exception {
        JwtVerifier verifier = new JwtVerifier(issuers, false, elsewhere::add);
        CompletableFuture<@Nullable Principal> answer =
                verifier.verify(token(JWSAlgorithm.HS256, "hs", secret(SECRET))).toCompletableFuture();
        assertThat(answer).isCompletedWithValueMatching(principal -> "ann".equals(principal.user()));
        assertThat(elsewhere).isEmpty();
    }

    @Test
    void curvesAreCheckedElsewhere() throws Exception {
        JwtVerifier verifier = new JwtVerifier(issuers, false, elsewhere::add);
        CompletableFuture<@Nullable Principal> answer =
                verifier.verify(onCurve()).toCompletableFuture();
        assertThat(answer).isNotDone();
        assertThat(elsewhere).hasSize(1);
        elsewhere.remove().run();
        assertThat(answer).isCompletedWithValueMatching(principal -> "ann".equals(principal.user()));
    }

    @Test
    void whatNoKeyIsForCostsNobodyATurn() throws Exception {
        JwtVerifier verifier = new JwtVerifier(issuers, false, elsewhere::add);
        String stranger = token(JWSAlgorithm.ES256, "other", new ECDSASigner((ECPrivateKey) curve.getPrivate()));
        assertThat(verifier.verify(stranger).toCompletableFuture()).isCompletedWithValue(null);
        assertThat(elsewhere).isEmpty();
    }

    @Test
    void whenTooMuchWaitsNothingIsSaidAboutAToken() throws Exception {
        JwtVerifier verifier = new JwtVerifier(issuers, false, task -> {
            throw new RejectedExecutionException();
        });
        assertThat(verifier.verify(onCurve()).toCompletableFuture()).isCompletedExceptionally();
    }

    @Test
    void withoutANameOnlySoManyKeysAreTried() throws Exception {
        List<TokenIssuer.Key> keys = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            keys.add(new TokenIssuer.Key("k" + i, Algorithm.HS256, SECRET + i, null));
        }
        JwtVerifier verifier = new JwtVerifier(List.of(issuer(keys)), false, elsewhere::add);
        for (int i = 0; i < 9; i++) {
            boolean found = verifier.verify(token(JWSAlgorithm.HS256, null, secret(SECRET + i)))
                            .toCompletableFuture()
                            .join()
                    != null;
            assertThat(found).as("key " + i).isEqualTo(i < 8);
        }
        assertThat(verifier.verify(token(JWSAlgorithm.HS256, "k8", secret(SECRET + 8)))
                        .toCompletableFuture()
                        .join())
                .isNotNull();
    }

    @Test
    void whatStandsInFrontOfAVerifierClosesIt() {
        AtomicBoolean closed = new AtomicBoolean();
        Verifier inner = new Verifier() {
            @Override
            public CompletionStage<@Nullable Principal> verify(@Nullable String token) {
                return CompletableFuture.<@Nullable Principal>completedFuture(null);
            }

            @Override
            public void close() {
                closed.set(true);
            }
        };
        new RevokingVerifier(inner).close();
        assertThat(closed).isTrue();
    }
}
