// SPDX-License-Identifier: Apache-2.0
package dev.longwire.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Runs commands as a shell would, each on a thread of its own, and keeps what they write. */
final class Shell {
    private static final long DEADLINE_SECONDS = 60;

    private Shell() {}

    /** Runs a command to its end. */
    static Ran run(String in, String... args) {
        return start(in.getBytes(StandardCharsets.UTF_8), args).end();
    }

    static Ran run(byte[] in, String... args) {
        return start(in, args).end();
    }

    static Running start(byte[] in, String... args) {
        return new Running(new ByteArrayInputStream(in), args);
    }

    /** A command that has ended. */
    record Ran(int code, String out, String err) {
        List<String> lines() {
            return out.lines().toList();
        }
    }

    /** A command that runs. */
    static final class Running {
        private final ByteArrayOutputStream out = new Noticed();
        private final ByteArrayOutputStream err = new Noticed();
        private final CompletableFuture<Integer> code;

        private Running(InputStream in, String... args) {
            code = CompletableFuture.supplyAsync(
                    () -> Main.run(in, out, err, args), task -> new Thread(task, "command").start());
        }

        Ran end() {
            int exit = code.orTimeout(DEADLINE_SECONDS, TimeUnit.SECONDS).join();
            return new Ran(exit, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
        }

        /** Waits until standard error says this. */
        Running says(String what) {
            waitFor(err, what);
            return this;
        }

        /** Waits until standard output says this. */
        Running prints(String what) {
            waitFor(out, what);
            return this;
        }

        private static void waitFor(ByteArrayOutputStream stream, String what) {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
            synchronized (stream) {
                while (!stream.toString(StandardCharsets.UTF_8).contains(what)) {
                    long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                    if (left <= 0) {
                        throw new AssertionError(
                                "never said: " + what + "\n" + stream.toString(StandardCharsets.UTF_8));
                    }
                    try {
                        stream.wait(left);
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                }
            }
        }
    }

    /** Tells those who wait whenever something is written. */
    private static final class Noticed extends ByteArrayOutputStream {
        @Override
        public synchronized void write(byte[] bytes, int offset, int length) {
            super.write(bytes, offset, length);
            notifyAll();
        }
    }
}
