// SPDX-License-Identifier: Apache-2.0
package dev.longwire.client;

import java.util.concurrent.ThreadLocalRandom;

/** Delays between attempts: exponential with full jitter, so that clients cut off together do not come back together. */
final class Backoff {
    private final long firstMillis;
    private final long mostMillis;
    private int attempts;

    Backoff(long firstMillis, long mostMillis) {
        this.firstMillis = firstMillis;
        this.mostMillis = mostMillis;
    }

    /** The delay before the next attempt. */
    long nextMillis(long atLeastMillis) {
        long ceiling = Math.min(mostMillis, firstMillis << Math.min(attempts, 30));
        attempts++;
        return atLeastMillis + ThreadLocalRandom.current().nextLong(ceiling + 1);
    }

    /** The next delay is a first one again. */
    void reset() {
        attempts = 0;
    }
}
