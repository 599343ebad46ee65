// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what will hold at some time. */
public final class Eventually {

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

    private Eventually() {}

    /** Returns when it holds; fails when it doesn't for very long. */
    public static void holds(BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("it never held");
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
    }
}
