// SPDX-License-Identifier: Apache-2.0
package dev.longwire.client;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Flow;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Hands the messages of page after page to one subscriber, and asks for a page only when the one before it is taken. */
final class Pages implements Flow.Subscription {
    private final Lane callbacks;
    private final Flow.Subscriber<? super Message> subscriber;
    private final Function<History.Range, CompletableFuture<History>> ask;
    private final Queue<Message> waiting = new ArrayDeque<>();
    private History.@Nullable Range range;
    private boolean asking;
    private boolean over;
    private long demand;

    Pages(
            Lane callbacks,
            Flow.Subscriber<? super Message> subscriber,
            History.Range range,
            Function<History.Range, CompletableFuture<History>> ask) {
        this.callbacks = callbacks;
        this.subscriber = subscriber;
        this.range = range;
        this.ask = ask;
    }

    void start() {
        callbacks.execute(() -> subscriber.onSubscribe(this));
    }

    @Override
    public void request(long n) {
        callbacks.execute(() -> {
            if (n <= 0) {
                end(new IllegalArgumentException("a subscriber asked for " + n + " elements"));
                return;
            }
            demand = demand + n < 0 ? Long.MAX_VALUE : demand + n;
            drain();
        });
    }

    @Override
    public void cancel() {
        callbacks.execute(() -> {
            over = true;
            waiting.clear();
        });
    }

    private void drain() {
        while (!over && demand > 0 && !waiting.isEmpty()) {
            demand -= demand == Long.MAX_VALUE ? 0 : 1;
            subscriber.onNext(waiting.remove());
        }
        if (over || !waiting.isEmpty() || asking) {
            return;
        }
        if (range == null) {
            over = true;
            subscriber.onComplete();
        } else if (demand > 0) {
            asking = true;
            ask.apply(range).whenComplete((page, fault) -> callbacks.execute(() -> came(page, fault)));
        }
    }

    private void came(@Nullable History page, @Nullable Throwable fault) {
        asking = false;
        if (over) {
            return;
        }
        if (page == null) {
            Throwable cause =
                    fault instanceof CompletionException && fault.getCause() != null ? fault.getCause() : fault;
            end(cause == null ? Faults.closedClient() : cause);
            return;
        }
        waiting.addAll(page.messages());
        Position next = page.next();
        range = next == null || range == null ? null : range.on(next);
        drain();
    }

    private void end(Throwable cause) {
        if (!over) {
            over = true;
            waiting.clear();
            subscriber.onError(cause);
        }
    }
}
