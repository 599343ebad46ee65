// SPDX-License-Identifier: Apache-2.0
package dev.longwire.client;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs tasks one at a time and in order on the threads of an executor, without a thread of its own. What one task writes,
 * the next one sees.
 */
final class Lane implements Executor {
    /** After so many tasks in a row the executor may turn to somebody else. */
    private static final int TURN = 256;

    private final Executor executor;
    private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final AtomicInteger size = new AtomicInteger();

    Lane(Executor executor) {
        this.executor = executor;
    }

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
        if (size.getAndIncrement() == 0) {
            executor.execute(this::run);
        }
    }

    private void run() {
        int left = TURN;
        do {
            Runnable task = tasks.poll();
            if (task != null) {
                run(task);
            }
            if (size.decrementAndGet() == 0) {
                return;
            }
        } while (--left > 0);
        executor.execute(this::run);
    }

    /** A listener that throws must not stop what comes after it; its thread's handler hears of it. */
    private static void run(Runnable task) {
        try {
            task.run();
        } catch (Throwable fault) {
            Thread thread = Thread.currentThread();
            thread.getUncaughtExceptionHandler().uncaughtException(thread, fault);
        }
    }
}
