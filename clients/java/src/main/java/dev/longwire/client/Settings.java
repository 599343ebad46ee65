// SPDX-License-Identifier: Apache-2.0
package dev.longwire.client;

import java.net.URI;
import java.net.http.HttpClient;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What {@link Client.Builder} collects; it explains each of these. */
record Settings(
        URI uri,
        @Nullable String token,
        String agent,
        int window,
        int outboxRequests,
        long outboxBytes,
        int messageBytes,
        int receiveChars,
        long firstBackoffMillis,
        long mostBackoffMillis,
        long timeoutMillis,
        HttpClient http,
        Executor callbacks,
        Consumer<StateChange> listener) {
    Settings {
        if (window < 1 || outboxRequests < window || outboxBytes < messageBytes || messageBytes < 256) {
            throw new IllegalArgumentException(
                    "the outbox must hold a window of requests, and a message of any length");
        }
        if (receiveChars < 1024 || timeoutMillis < 1) {
            throw new IllegalArgumentException("a limit or time is too small");
        }
        if (firstBackoffMillis < 1 || mostBackoffMillis < firstBackoffMillis) {
            throw new IllegalArgumentException("delays go from a small one to a large one");
        }
    }
}
