// SPDX-License-Identifier: Apache-2.0
package dev.longwire.client;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Where the client's tokens come from, and when the next one is wanted. Everything but the source runs on the lane. */
final class Tokens {
    /** So long before a token ends the next one is fetched. */
    private static final long AHEAD_MILLIS = 30_000;
    /** A clock that is wrong, or a token that lives for a moment, is no reason to ask more often. */
    private static final long AT_LEAST_MILLIS = 10_000;
    /** Said on what to come back after: the token has ended, and nothing else is wrong. */
    private static final int EXPIRED = 4402;

    private final @Nullable Supplier<? extends CompletionStage<String>> source;
    private final @Nullable String fixed;
    private final Executor callbacks;
    private final Consumer<Runnable> lane;
    private final long patienceMillis;
    private long wantedAt = Alarm.NEVER;
    private boolean fetching;

    Tokens(Settings settings, Consumer<Runnable> lane) {
        this.source = settings.tokens();
        this.fixed = settings.token();
        this.callbacks = settings.callbacks();
        this.lane = lane;
        this.patienceMillis = settings.carriers().timeout().toMillis();
    }

    /** The server has said when the token ends; 0 for never. */
    void endsAt(long wallMillis) {
        if (source != null && wallMillis > 0) {
            long left = wallMillis - System.currentTimeMillis();
            wantedAt = Alarm.nowMillis() + Math.max(AT_LEAST_MILLIS, left - AHEAD_MILLIS);
        } else {
            wantedAt = Alarm.NEVER;
        }
    }

    /** The server asks for another one. */
    void wanted() {
        if (source != null) {
            wantedAt = Alarm.nowMillis();
        }
    }

    /** It was to be replaced, and could not be. */
    void later() {
        wantedAt = Alarm.nowMillis() + AT_LEAST_MILLIS;
    }

    void detached() {
        wantedAt = Alarm.NEVER;
    }

    long wakeAt() {
        return fetching ? Alarm.NEVER : wantedAt;
    }

    /** Whether another token helps after this close code, and can be had. */
    boolean helps(int code) {
        return source != null && code == EXPIRED;
    }

    /** Gets a token for a connection: null where the application has none, or a failure. */
    void fetch(BiConsumer<@Nullable String, @Nullable Throwable> then) {
        if (source == null) {
            then.accept(fixed, null);
            return;
        }
        CompletableFuture<String> answer = new CompletableFuture<>();
        answer.orTimeout(patienceMillis, TimeUnit.MILLISECONDS)
                .whenComplete((token, failure) -> lane.accept(() -> then.accept(token, failure)));
        callbacks.execute(() -> ask(source, answer));
    }

    private static void ask(Supplier<? extends CompletionStage<String>> source, CompletableFuture<String> answer) {
        try {
            source.get().whenComplete((token, failure) -> {
                if (failure == null) {
                    answer.complete(token);
                } else {
                    answer.completeExceptionally(failure);
                }
            });
        } catch (RuntimeException failure) {
            answer.completeExceptionally(failure);
        }
    }

    /** Gets the next token if it is time; {@code then} gets null when there is none. */
    void tick(long nowMillis, Consumer<@Nullable String> then) {
        if (nowMillis < wakeAt()) {
            return;
        }
        wantedAt = Alarm.NEVER;
        fetching = true;
        fetch((token, failure) -> {
            fetching = false;
            then.accept(failure == null ? token : null);
        });
    }
}
