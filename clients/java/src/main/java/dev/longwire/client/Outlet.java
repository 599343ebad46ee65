// SPDX-License-Identifier: Apache-2.0
package dev.longwire.client;

import java.util.ArrayDeque;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * Hands events to one subscriber as it asks for them. Everything that touches the subscriber or the queue runs on the lane
 * of callbacks.
 */
final class Outlet implements Flow.Subscription {
    private record Waiting(ChannelEvent event, long length) {}

    private final Lane callbacks;
    private final Flow.Subscriber<? super ChannelEvent> subscriber;
    private final Backlog backlog;
    private final Runnable cancel;
    private final ArrayDeque<Waiting> queue = new ArrayDeque<>();
    private long demand;
    private boolean ending;
    private @Nullable Throwable cause;
    private boolean over;
    private volatile boolean cancelled;

    /** @param cancel called on any thread when the subscriber wants no more */
    Outlet(Lane callbacks, Flow.Subscriber<? super ChannelEvent> subscriber, Backlog backlog, Runnable cancel) {
        this.callbacks = callbacks;
        this.subscriber = subscriber;
        this.backlog = backlog;
        this.cancel = cancel;
    }

    void start() {
        callbacks.execute(() -> subscriber.onSubscribe(this));
    }

    /** @param length how much memory it holds, about */
    void event(ChannelEvent event, long length) {
        backlog.add(length);
        callbacks.execute(() -> {
            queue.add(new Waiting(event, length));
            drain();
        });
    }

    /** Nothing follows. What waits is still handed over. */
    void end(@Nullable LongwireException why) {
        callbacks.execute(() -> end((Throwable) why));
    }

    private void end(@Nullable Throwable why) {
        if (!ending) {
            ending = true;
            cause = why;
            drain();
        }
    }

    @Override
    public void request(long n) {
        callbacks.execute(() -> {
            if (n <= 0) {
                cancel.run();
                end(new IllegalArgumentException("a subscriber asked for " + n + " elements"));
            } else {
                demand = demand + n < 0 ? Long.MAX_VALUE : demand + n;
            }
            drain();
        });
    }

    @Override
    public void cancel() {
        cancelled = true;
        cancel.run();
        callbacks.execute(this::drain);
    }

    private void drain() {
        while (!queue.isEmpty() && (demand > 0 || cancelled)) {
            Waiting next = queue.remove();
            backlog.remove(next.length());
            if (!cancelled) {
                demand -= demand == Long.MAX_VALUE ? 0 : 1;
                subscriber.onNext(next.event());
            }
        }
        if (ending && queue.isEmpty() && !over) {
            over = true;
            if (!cancelled) {
                finish();
            }
        }
    }

    private void finish() {
        if (cause == null) {
            subscriber.onComplete();
        } else {
            subscriber.onError(cause);
        }
    }
}
