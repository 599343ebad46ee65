// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.hook;

import java.util.concurrent.ThreadLocalRandom;

/**
 * Keeps questions from a backend that answers none: after some failures in a row it is left alone for a while, then one
 * question shows whether it is back. Each time it is not, the while is twice as long.
 *
 * <p>Threads: one at a time.
 */
final class Breaker {

    static final int BREAKS_AT = 5;
    static final long FIRST_MILLIS = 1_000;
    static final long LONGEST_MILLIS = 30_000;

    /** When nothing is known of the question that is under way. */
    private static final long SOON_MILLIS = 500;

    private int failures;
    private long openUntil;
    private long pause;
    private boolean probing;

    /** 0 when the backend may be asked, which is then under way; else when to try again. */
    long waitMillis(long nowMillis) {
        if (!open()) {
            return 0;
        }
        if (nowMillis < openUntil) {
            return openUntil - nowMillis;
        }
        if (probing) {
            return SOON_MILLIS;
        }
        probing = true;
        return 0;
    }

    boolean failing() {
        return failures > 0;
    }

    boolean open() {
        return failures >= BREAKS_AT;
    }

    void succeeded() {
        failures = 0;
        pause = 0;
        probing = false;
    }

    /** Returns how long nobody is asked now; 0 for no time. What was under way when it opened makes that no longer. */
    long failed(long nowMillis) {
        boolean probed = probing;
        probing = false;
        failures++;
        if (!open()) {
            return 0;
        }
        if (failures == BREAKS_AT || probed) {
            pause = pause == 0 ? FIRST_MILLIS : Math.min(LONGEST_MILLIS, pause * 2);
            openUntil = nowMillis + pause / 2 + ThreadLocalRandom.current().nextLong(pause / 2 + 1);
        }
        return Math.max(1, openUntil - nowMillis);
    }
}
