// SPDX-License-Identifier: Apache-2.0
package dev.longwire.client;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What {@link Client.Builder} collects; it explains each of these. */
record Settings(
        Carriers carriers,
        @Nullable String token,
        @Nullable Supplier<? extends CompletionStage<String>> tokens,
        String agent,
        int window,
        int outboxRequests,
        long outboxBytes,
        int messageBytes,
        boolean impatient,
        long requestMillis,
        Delays delays,
        Executor callbacks,
        Consumer<StateChange> listener) {
    /** How long to wait before attempts at most, the first time and ever, and before the first probe. */
    record Delays(long firstMillis, long mostMillis, long probeMillis) {
        Delays {
            if (firstMillis < 1 || probeMillis < 1 || mostMillis < firstMillis) {
                throw new IllegalArgumentException("delays go from a small one to a large one");
            }
        }
    }

    Settings {
        if (window < 1 || outboxRequests < window || outboxBytes < messageBytes || messageBytes < 256) {
            throw new IllegalArgumentException(
                    "the outbox must hold a window of requests, and a message of any length");
        }
        if (requestMillis < 0) {
            throw new IllegalArgumentException("a request can't have less than no time");
        }
    }
}
