// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.auth;

import dev.longwire.core.Principal;
import dev.longwire.core.access.Claims;
import dev.longwire.core.access.Operation;
import dev.longwire.server.config.TokenIssuer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Accepts signed tokens (JWT, RFC 7519) of the configured issuers. It decides whether a signature is genuine; what the
 * claims mean, the core says. Every refusal looks the same.
 *
 * <p>Threads: any. What takes less than a tenth of a millisecond (HS, RS, PS) is checked on the caller's; elliptic curves
 * take up to forty times as long and are checked on a few threads of their own, so that no flood of forged tokens keeps a
 * loop busy. Who needs a key that is not known yet waits for a fetch.
 */
public final class JwtVerifier implements Verifier {

    /** So many may wait for keys at a time; more are refused, and come back. */
    private static final int MOST_WAITING = 1_000;

    /** So many signatures may wait to be checked; more are refused, and come back. */
    private static final int MOST_UNCHECKED = 1_000;

    /** A token that names no key is tried against so many of an issuer's configured, and so many published ones. */
    private static final int MOST_TRIES = 8;

    private static final long PATIENCE_SECONDS = 10;
    private static final long IDLE_SECONDS = 30;

    private record Issuer(
            Claims.Rules rules,
            List<SigningKey> keys,
            @Nullable PublishedKeys published) {}

    private final List<Issuer> issuers = new ArrayList<>();
    private final boolean openSomewhere;
    private final AtomicInteger waiting = new AtomicInteger();
    private final Executor checkers;

    /**
     * @param openSomewhere whether there is something to do for clients without a token; else they are refused
     * @throws IllegalArgumentException when a key can't be read
     */
    public JwtVerifier(List<TokenIssuer> issuers, boolean openSomewhere) {
        this(issuers, openSomewhere, checkers());
    }

    /** @param checkers who check what takes long; may reject it */
    JwtVerifier(List<TokenIssuer> issuers, boolean openSomewhere, Executor checkers) {
        this.openSomewhere = openSomewhere;
        this.checkers = checkers;
        for (TokenIssuer each : issuers) {
            Issuer issuer = new Issuer(
                    new Claims.Rules(each.issuer(), each.audiences(), each.leewayMillis()),
                    each.keys().stream().map(SigningKey::of).toList(),
                    each.jwks() == null ? null : new PublishedKeys(each.jwks()));
            this.issuers.add(issuer);
            if (issuer.published != null) {
                issuer.published.look();
            }
        }
    }

    /** Half of the processors, as long as there is something to do. */
    private static Executor checkers() {
        int count = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                count,
                count,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(MOST_UNCHECKED),
                Thread.ofPlatform().daemon().name("tokens-", 0).factory());
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    @Override
    public CompletionStage<@Nullable Principal> verify(@Nullable String text) {
        if (text == null) {
            return CompletableFuture.completedFuture(openSomewhere ? Principal.NOBODY : null);
        }
        Token token = Token.parse(text);
        if (token == null) {
            return CompletableFuture.<@Nullable Principal>completedFuture(null);
        }
        if (!slow(token)) {
            return judged(token);
        }
        try {
            return CompletableFuture.supplyAsync(() -> judged(token), checkers).thenCompose(stage -> stage);
        } catch (RejectedExecutionException tooMany) {
            return CompletableFuture.failedFuture(tooMany);
        }
    }

    /** Whether there is a key to check it with that takes long. */
    private boolean slow(Token token) {
        for (Issuer issuer : issuers) {
            if (slow(token, issuer.keys) || issuer.published != null && slow(token, issuer.published.keys())) {
                return true;
            }
        }
        return false;
    }

    private static boolean slow(Token token, List<SigningKey> keys) {
        for (SigningKey key : keys) {
            if (key.slow() && key.fits(token)) {
                return true;
            }
        }
        return false;
    }

    private CompletionStage<@Nullable Principal> judged(Token token) {
        Principal known = known(token);
        if (known != null) {
            return CompletableFuture.completedFuture(known);
        }
        List<PublishedKeys> lacking = new ArrayList<>();
        for (Issuer issuer : issuers) {
            PublishedKeys published = issuer.published;
            if (published != null && published.lacks(token)) {
                lacking.add(published);
            }
        }
        return lacking.isEmpty()
                ? CompletableFuture.<@Nullable Principal>completedFuture(null)
                : fetched(token, lacking);
    }

    /** Until when a token is accepted, in ms since 1970, or null for not at all; may wait for published keys. */
    public @Nullable Long acceptedUntilMillis(String text) {
        Principal principal = verify(text).toCompletableFuture().join();
        return principal == null ? null : principal.expiresAtMillis();
    }

    /** Whether capabilities may name this operation: {@code *} for all, or one that there is. */
    public static boolean knows(String operation) {
        return operation.equals("*") || Operation.of(operation) != null;
    }

    /** Whether a token may set its bearer this limit. */
    public static boolean narrows(String limit, long value) {
        return Claims.narrows(limit, value);
    }

    /** What keys that are fetched meanwhile make of it; a failure as long as there have never been any. */
    private CompletionStage<@Nullable Principal> fetched(Token token, List<PublishedKeys> from) {
        if (waiting.incrementAndGet() > MOST_WAITING) {
            waiting.decrementAndGet();
            return CompletableFuture.failedFuture(new IllegalStateException("too many wait for keys"));
        }
        CompletableFuture<?>[] fetches = from.stream().map(PublishedKeys::look).toArray(CompletableFuture<?>[]::new);
        return CompletableFuture.allOf(fetches)
                .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .whenComplete((done, late) -> waiting.decrementAndGet())
                .<@Nullable Principal>thenApplyAsync(
                        done -> {
                            Principal found = known(token);
                            if (found == null && from.stream().anyMatch(each -> !each.seen())) {
                                throw new IllegalStateException("no keys yet");
                            }
                            return found;
                        },
                        checkers);
    }

    /** What the keys that are known now make of it. */
    private @Nullable Principal known(Token token) {
        long now = System.currentTimeMillis();
        for (Issuer issuer : issuers) {
            Principal found = principal(token, issuer, issuer.keys, now);
            if (found == null && issuer.published != null) {
                found = principal(token, issuer, issuer.published.keys(), now);
            }
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    private static @Nullable Principal principal(Token token, Issuer issuer, List<SigningKey> keys, long nowMillis) {
        int tries = 0;
        for (SigningKey key : keys) {
            if (!key.fits(token)) {
                continue;
            }
            if (key.signed(token)) {
                // What the claims say is no different with the next key.
                return Claims.principal(token.claims(), issuer.rules, nowMillis);
            }
            tries++;
            if (tries == MOST_TRIES) {
                break;
            }
        }
        return null;
    }

    @Override
    public void close() {
        for (Issuer issuer : issuers) {
            if (issuer.published != null) {
                issuer.published.close();
            }
        }
    }
}
