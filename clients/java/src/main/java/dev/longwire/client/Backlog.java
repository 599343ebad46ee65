// SPDX-License-Identifier: Apache-2.0
package dev.longwire.client;

import java.util.concurrent.atomic.AtomicLong;

/** How much has been received that the application has not taken yet. */
final class Backlog {
    private static final long MOST_EVENTS = 1024;
    private static final long MOST_CHARS = 1024 * 1024;

    private final Runnable eased;
    private final AtomicLong events = new AtomicLong();
    private final AtomicLong chars = new AtomicLong();

    /** @param eased called on any thread whenever it has become half full again */
    Backlog(Runnable eased) {
        this.eased = eased;
    }

    boolean full() {
        return events.get() >= MOST_EVENTS || chars.get() >= MOST_CHARS;
    }

    void add(long length) {
        events.incrementAndGet();
        chars.addAndGet(length);
    }

    void remove(long length) {
        long fewer = events.decrementAndGet();
        long less = chars.addAndGet(-length);
        boolean easy = fewer <= MOST_EVENTS / 2 && less <= MOST_CHARS / 2;
        boolean crossed = fewer == MOST_EVENTS / 2 || less + length > MOST_CHARS / 2 || fewer == 0;
        if (easy && crossed) {
            eased.run();
        }
    }
}
