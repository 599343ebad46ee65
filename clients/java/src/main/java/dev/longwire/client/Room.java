// SPDX-License-Identifier: Apache-2.0
package dev.longwire.client;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** How full the outbox is: counted where requests are made, on any thread. */
final class Room {
    private final int mostRequests;
    private final long mostBytes;
    private int requests;
    private long bytes;
    private List<CompletableFuture<@Nullable Void>> waiting = new ArrayList<>();

    Room(int mostRequests, long mostBytes) {
        this.mostRequests = mostRequests;
        this.mostBytes = mostBytes;
    }

    /** Takes room for a request, if there is some. */
    synchronized boolean take(long size) {
        if (!free()) {
            return false;
        }
        requests++;
        bytes += size;
        return true;
    }

    /** Gives room back; returns those who waited for it, to be told. */
    synchronized List<CompletableFuture<@Nullable Void>> give(long size) {
        requests--;
        bytes -= size;
        return free() ? drainWaiting() : List.of();
    }

    /** Completes when there is room; at once when there is some now. */
    synchronized CompletableFuture<@Nullable Void> free(boolean always) {
        if (always || free()) {
            return CompletableFuture.completedFuture(null);
        }
        CompletableFuture<@Nullable Void> future = new CompletableFuture<>();
        waiting.add(future);
        return future;
    }

    /** Everybody who waits, because waiting has no sense any more. */
    synchronized List<CompletableFuture<@Nullable Void>> drainWaiting() {
        List<CompletableFuture<@Nullable Void>> all = waiting;
        waiting = new ArrayList<>();
        return all;
    }

    private boolean free() {
        return requests < mostRequests && bytes < mostBytes;
    }
}
