// SPDX-License-Identifier: Apache-2.0
package dev.longwire.client;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Where the client's tokens come from, and when the next one is wanted. Everything but the source runs on the lane. */
final class Tokens {
    /** A source that failed, or whose token was refused, is asked again after this. */
    private static final long AGAIN_MILLIS = 10_000;
    /** Said on what to come back after: the token has ended, and nothing else is wrong. */
    private static final int EXPIRED = 4402;

    private final @Nullable Supplier<? extends CompletionStage<String>> source;
    private final Executor callbacks;
    private final Consumer<Runnable> lane;
    private final long patienceMillis;
    private @Nullable String current;
    private long wantedAt = Alarm.NEVER;
    private boolean fetching;

    Tokens(Settings settings, Consumer<Runnable> lane) {
        this.source = settings.tokens();
        this.current = settings.token();
        this.callbacks = settings.callbacks();
        this.lane = lane;
        this.patienceMillis = settings.carriers().timeout().toMillis();
    }

    /** The server asks for another one. Its clock tells when: ours may be wrong. */
    void wanted() {
        if (source != null) {
            wantedAt = Alarm.nowMillis();
        }
    }

    /** It was to be replaced, and could not be. */
    void later() {
        wantedAt = Alarm.nowMillis() + AGAIN_MILLIS;
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

    /** The token to connect with; null where the application has none. */
    @Nullable
    String current() {
        return current;
    }

    /** Sees to it that there is a token for a connection; {@code then} gets what went wrong. */
    void fetch(Consumer<@Nullable Throwable> then) {
        if (source == null) {
            then.accept(null);
            return;
        }
        CompletableFuture<String> answer = new CompletableFuture<>();
        answer.orTimeout(patienceMillis, TimeUnit.MILLISECONDS)
                .whenComplete((token, failure) -> lane.accept(() -> {
                    current = failure == null ? token : current;
                    then.accept(failure);
                }));
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
        fetch(failure -> {
            fetching = false;
            then.accept(failure == null ? current : null);
        });
    }
}
