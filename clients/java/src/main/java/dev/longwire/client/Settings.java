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
        long firstBackoffMillis,
        long mostBackoffMillis,
        long probeMillis,
        Executor callbacks,
        Consumer<StateChange> listener) {
    Settings {
        if (window < 1 || outboxRequests < window || outboxBytes < messageBytes || messageBytes < 256) {
            throw new IllegalArgumentException(
                    "the outbox must hold a window of requests, and a message of any length");
        }
        if (requestMillis < 0) {
            throw new IllegalArgumentException("a request can't have less than no time");
        }
        if (firstBackoffMillis < 1 || probeMillis < 1 || mostBackoffMillis < firstBackoffMillis) {
            throw new IllegalArgumentException("delays go from a small one to a large one");
        }
    }
}
