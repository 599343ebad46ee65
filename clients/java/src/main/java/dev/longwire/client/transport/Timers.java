// SPDX-License-Identifier: Apache-2.0
package dev.longwire.client.transport;

import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The one thread that all clients of a process wait on. Not the JDK's for futures: that one may hand over to the common
 * pool, where an application may block.
 */
public final class Timers {
    private static final ScheduledThreadPoolExecutor THREAD = new ScheduledThreadPoolExecutor(1, task -> {
        Thread thread = new Thread(task, "longwire-client-timer");
        thread.setDaemon(true);
        return thread;
    });

    static {
        THREAD.setRemoveOnCancelPolicy(true);
        THREAD.setKeepAliveTime(10, TimeUnit.SECONDS);
        THREAD.allowCoreThreadTimeOut(true);
    }

    private Timers() {}

    /**
     * Runs a task later.
     *
     * @param task quick: it passes on, and does nothing by itself
     */
    public static Future<?> after(long millis, Runnable task) {
        return THREAD.schedule(task, Math.max(0, millis), TimeUnit.MILLISECONDS);
    }
}
