// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.event;

import dev.longwire.core.event.EventLog.Batch;
import dev.longwire.core.event.EventLog.Entry;
import dev.longwire.core.event.EventType;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A listener's place in the journal, and its thread. */
final class Follower implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Follower.class);
    private static final int BATCH = 256;
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Journal journal;
    private final EventListener listener;
    private final Set<EventType> types;
    private final Semaphore grown = new Semaphore(0);
    private final Thread thread;
    private long position;
    private volatile boolean closed;

    Follower(Journal journal, EventListener listener, Set<EventType> types) {
        this.journal = journal;
        this.listener = listener;
        this.types = Set.copyOf(types);
        this.position = journal.head();
        this.thread = Thread.ofVirtual().name("longwire-listener").unstarted(this::run);
    }

    void start() {
        journal.wake(this::wake);
        thread.start();
    }

    private void wake() {
        if (grown.availablePermits() == 0) {
            grown.release();
        }
    }

    private void run() {
        while (true) {
            // Read before the look at the log: what comes after the look finds a permit again.
            boolean last = closed;
            grown.drainPermits();
            Batch batch = journal.read(position, BATCH);
            position = batch.position();
            if (batch.missed() > 0) {
                guarded(() -> listener.missed(batch.missed()));
            }
            for (Entry each : batch.entries()) {
                if (types.contains(each.event().type())) {
                    guarded(() -> listener.event(each));
                }
            }
            if (batch.entries().isEmpty()) {
                if (last) {
                    return;
                }
                grown.acquireUninterruptibly();
            }
        }
    }

    private static void guarded(Runnable call) {
        try {
            call.run();
        } catch (RuntimeException e) {
            LOG.warn("a listener failed", e);
        }
    }

    /** Waits for a while until the listener has been told everything. */
    @Override
    public void close() {
        closed = true;
        grown.release();
        try {
            if (!thread.join(PATIENCE)) {
                LOG.warn("a listener does not come to its end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
