// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.auth;

import dev.longwire.core.Principal;
import dev.longwire.core.access.Revocation;
import dev.longwire.core.access.Revocations;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Refuses what another verifier accepts when it has been revoked. Hubs look once more when a session begins: what is
 * revoked while a token is on its way is found there.
 *
 * <p>Threads: any.
 */
public final class RevokingVerifier implements Verifier {

    private final Verifier inner;
    private final Revocations revocations = new Revocations();

    public RevokingVerifier(Verifier inner) {
        this.inner = inner;
    }

    /** False when there is no room to remember it. */
    public synchronized boolean revoke(Revocation revocation) {
        long now = nowMillis();
        boolean full = revocations.full(now);
        revocations.add(revocation, now);
        return !full;
    }

    @Override
    public CompletionStage<@Nullable Principal> verify(@Nullable String token) {
        return inner.verify(token)
                .<@Nullable Principal>thenApply(
                        principal -> principal == null || revoked(principal) ? null : principal);
    }

    @Override
    public void close() {
        inner.close();
    }

    private synchronized boolean revoked(Principal principal) {
        return revocations.refuse(principal, nowMillis());
    }

    private static long nowMillis() {
        return System.nanoTime() / 1_000_000;
    }
}
