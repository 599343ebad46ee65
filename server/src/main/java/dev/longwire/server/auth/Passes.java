// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.auth;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One-use stand-ins for tokens, for what can only pass a URL: a URL ends up in logs and histories, so what stands there is
 * worth nothing a moment later.
 *
 * <p>Threads: any.
 */
public final class Passes {

    /** How long a pass is good. */
    public static final long LIFE_MILLIS = 30_000;

    /** So many may be open; a further one takes the place of the oldest. */
    static final int MOST = 10_000;

    private record Pass(String token, long endsAtMillis) {}

    private final Map<String, Pass> open = new LinkedHashMap<>();

    /** A pass for a token that was found genuine. */
    public synchronized String issue(String token, long nowMillis) {
        // All live equally long, so the oldest end first.
        Iterator<Pass> oldest = open.values().iterator();
        while (oldest.hasNext()) {
            boolean over = oldest.next().endsAtMillis <= nowMillis || open.size() >= MOST;
            if (!over) {
                break;
            }
            oldest.remove();
        }
        String pass = Tickets.freshSession();
        open.put(pass, new Pass(token, nowMillis + LIFE_MILLIS));
        return pass;
    }

    /** The token behind a pass, once; null when there is none, or none any more. */
    public synchronized @Nullable String take(String pass, long nowMillis) {
        Pass found = open.remove(pass);
        return found == null || found.endsAtMillis <= nowMillis ? null : found.token;
    }
}
