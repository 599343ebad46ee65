// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.http;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Room for the long bodies that are arriving, of all connections together. What is short is not counted here: it is part
 * of what any connection may cost. So those who send much and slowly, or much at once, can't take more than a few
 * honest ones need.
 *
 * <p>Threads: any.
 */
final class Bodies {

    /** What a connection may hold without asking. */
    static final int FREE_BYTES = 64 * 1024;

    /** So many of the longest bodies have room. */
    private static final int LONGEST = 16;

    private final AtomicLong left;

    /** @param longestBytes of one body */
    Bodies(int longestBytes) {
        left = new AtomicLong((long) LONGEST * longestBytes);
    }

    /** Takes so much, or nothing when there is less. */
    boolean take(long bytes) {
        if (left.addAndGet(-bytes) >= 0) {
            return true;
        }
        left.addAndGet(bytes);
        return false;
    }

    void give(long bytes) {
        left.addAndGet(bytes);
    }
}
