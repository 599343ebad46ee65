// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import dev.longwire.server.config.TokenIssuer.Algorithm;
import dev.longwire.server.config.TokenIssuer.Published;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.text.ParseException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keys that an issuer publishes (RFC 7517), kept here and fetched again in the background. What could not be fetched
 * changes nothing: the keys that were known stay. A token that names an unknown key may cause a fetch, but not more often
 * than configured, whoever sends how many.
 *
 * <p>Threads: any; fetches run one at a time, on a thread of their own.
 */
final class PublishedKeys implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(PublishedKeys.class);
    private static final int LONGEST = 256 * 1024;
    private static final int MOST = 64;
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /** What stands before the 32 bytes of an Ed25519 key in its X.509 form (RFC 8410, 4). */
    private static final byte[] ED25519 = HexFormat.of().parseHex("302a300506032b6570032100");

    private final Published published;
    private final Duration patience;
    private final HttpClient http;
    private volatile List<SigningKey> keys = List.of();
    private volatile boolean seen;
    private @Nullable CompletableFuture<List<SigningKey>> running;
    private boolean fetched;
    private long lastFetch;
    private boolean closed;

    PublishedKeys(Published published) {
        this(published, PATIENCE);
    }

    /** @param patience for an answer, its last byte included */
    PublishedKeys(Published published, Duration patience) {
        this.published = published;
        this.patience = patience;
        this.http = HttpClient.newBuilder()
                .connectTimeout(patience)
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
    }

    /** Whether they were fetched at least once: before that nothing can be said about a token. */
    boolean seen() {
        return seen;
    }

    /** What is known now. */
    List<SigningKey> keys() {
        return keys;
    }

    /** Whether a key for the token could be published, and is not known. */
    boolean lacks(Token token) {
        return published.algorithms().stream().anyMatch(each -> each.wire().equals(token.algorithm()))
                && keys.stream().noneMatch(key -> key.fits(token));
    }

    /** Fetches unless it was just done; completes with what is known then. Begins the regular fetching the first time. */
    synchronized CompletableFuture<List<SigningKey>> look() {
        long now = System.nanoTime();
        if (running != null) {
            return running;
        }
        if (closed || fetched && now - lastFetch < TimeUnit.MILLISECONDS.toNanos(published.againMillis())) {
            return CompletableFuture.completedFuture(keys);
        }
        return begin(now);
    }

    private synchronized CompletableFuture<List<SigningKey>> begin(long now) {
        CompletableFuture<List<SigningKey>> mine = new CompletableFuture<>();
        running = mine;
        fetched = true;
        lastFetch = now;
        Thread.ofVirtual().name("jwks").start(() -> {
            List<SigningKey> found = fetch();
            synchronized (this) {
                if (found != null) {
                    keys = found;
                    seen = true;
                }
                running = null;
            }
            mine.complete(keys);
            later();
        });
        return mine;
    }

    private void later() {
        CompletableFuture.delayedExecutor(published.refreshMillis(), TimeUnit.MILLISECONDS)
                .execute(this::again);
    }

    /** The regular fetch, unless another was begun since it was planned. */
    private synchronized void again() {
        long now = System.nanoTime();
        boolean recent = now - lastFetch < TimeUnit.MILLISECONDS.toNanos(published.refreshMillis());
        if (!closed && running == null && !recent) {
            begin(now);
        }
    }

    @SuppressWarnings("IllegalCatch") // what a stranger published may break the reader; it must not end the fetching
    private @Nullable List<SigningKey> fetch() {
        HttpRequest request = HttpRequest.newBuilder(published.url())
                .timeout(patience)
                .header("Accept", "application/json")
                .build();
        try {
            HttpResponse<InputStream> answer = http.send(request, HttpResponse.BodyHandlers.ofInputStream());
            // The request's own time-out ends with the headers.
            CompletableFuture<Void> late = CompletableFuture.runAsync(
                    () -> cut(answer.body()),
                    CompletableFuture.delayedExecutor(patience.toMillis(), TimeUnit.MILLISECONDS));
            try (InputStream body = answer.body()) {
                byte[] bytes = body.readNBytes(LONGEST + 1);
                if (answer.statusCode() != 200 || bytes.length > LONGEST) {
                    throw new IOException("status " + answer.statusCode() + ", " + bytes.length + " bytes");
                }
                return read(new String(bytes, StandardCharsets.UTF_8));
            } finally {
                late.cancel(false);
            }
        } catch (IOException | ParseException | RuntimeException | StackOverflowError e) {
            LOG.atWarn()
                    .addKeyValue("url", published.url())
                    .addKeyValue("cause", e.getClass().getSimpleName())
                    .log("no keys");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return null;
    }

    private static void cut(InputStream body) {
        try {
            body.close();
        } catch (IOException gone) {
            // Which is what was wanted.
        }
    }

    private List<SigningKey> read(String json) throws ParseException {
        List<SigningKey> found = new ArrayList<>();
        for (JWK each : JWKSet.parse(json).getKeys()) {
            if (found.size() >= MOST) {
                break;
            }
            if (each.getKeyUse() == null || each.getKeyUse().equals(KeyUse.SIGNATURE)) {
                add(each, found);
            }
        }
        return List.copyOf(found);
    }

    /** For the one algorithm that the key names, or for each of those configured that it can be used with. */
    private void add(JWK jwk, List<SigningKey> to) {
        for (Algorithm algorithm : published.algorithms()) {
            if (jwk.getAlgorithm() != null && !jwk.getAlgorithm().getName().equals(algorithm.wire())) {
                continue;
            }
            try {
                PublicKey key = key(jwk);
                if (key != null) {
                    to.add(SigningKey.of(jwk.getKeyID(), algorithm, key));
                }
            } catch (IllegalArgumentException | JOSEException | GeneralSecurityException notForThis) {
                LOG.atDebug().addKeyValue("kid", jwk.getKeyID()).log("a key that is not used");
            }
        }
    }

    private static @Nullable PublicKey key(JWK jwk) throws JOSEException, GeneralSecurityException {
        return switch (jwk) {
            case RSAKey rsa -> rsa.toRSAPublicKey();
            case ECKey ec -> ec.toECPublicKey();
            case OctetKeyPair pair
            when pair.getCurve().equals(Curve.Ed25519) && pair.getDecodedX().length == 32 -> {
                byte[] encoded = new byte[ED25519.length + 32];
                System.arraycopy(ED25519, 0, encoded, 0, ED25519.length);
                System.arraycopy(pair.getDecodedX(), 0, encoded, ED25519.length, 32);
                yield KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded));
            }
            // Secrets are never published.
            default -> null;
        };
    }

    @Override
    public synchronized void close() {
        closed = true;
        http.shutdownNow();
    }
}
