// SPDX-License-Identifier: Apache-2.0
package dev.longwire.client;

import dev.longwire.client.transport.Timers;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** Wakes once, at the earliest time it was set to. It has no thread of its own. */
final class Alarm {
    static final long NEVER = Long.MAX_VALUE;

    private final Executor executor;
    private final Runnable wake;
    private long setTo = NEVER;
    /** Counts settings, so that an old one that rings late is known. */
    private long count;

    private @Nullable Future<?> timer;

    Alarm(Executor executor, Runnable wake) {
        this.executor = executor;
        this.wake = wake;
    }

    /** The monotonic clock of everything here, in milliseconds. */
    static long nowMillis() {
        return System.nanoTime() / 1_000_000;
    }

    /** Wakes at this time or before. An alarm that rings too early does no harm: whoever wakes looks at the clock. */
    void set(long atMillis) {
        if (atMillis >= setTo) {
            return;
        }
        stop();
        setTo = atMillis;
        long mine = ++count;
        timer = Timers.after(
                atMillis - nowMillis() + 1,
                () -> executor.execute(() -> {
                    if (mine == count) {
                        timer = null;
                        setTo = NEVER;
                        wake.run();
                    }
                }));
    }

    void stop() {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
            count++;
        }
        setTo = NEVER;
    }
}
