// SPDX-License-Identifier: Apache-2.0
package dev.longwire.client;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One subscription: where it stands, and to whom it goes. Its rules are in {@link Feeds}. */
final class Feed {
    enum Phase {
        /** There is no connection, or its turn has not come. */
        WAITING,
        /** The server has been asked, and what comes before its answer does not count. */
        ASKED,
        /** Messages count. */
        LIVE,
        /** The application wants no more, the server has not confirmed that yet. */
        LEAVING
    }

    final String channel;
    final Start start;
    final CompletableFuture<Attached> ready = new CompletableFuture<>();
    final CompletableFuture<@Nullable Void> ended = new CompletableFuture<>();
    Phase phase = Phase.WAITING;
    /** The last position that was handed on; null before the server has said where things stand. */
    volatile @Nullable Position position;
    /** Whether it was asked for by the list of an attach, and not by a request of its own. */
    boolean listed;
    /** In this range, up to here, messages may be missing: it was conflated. */
    long conflatedTo;
    /** Holes since the last message that counted. */
    int holes;
    /** When to ask again after a refusal that will pass; never while 0. */
    long askAgainAt;

    private @Nullable Outlet outlet;

    Feed(String channel, Start start) {
        this.channel = channel;
        this.start = start;
    }

    void bind(Outlet to) {
        outlet = to;
    }

    Outlet outlet() {
        if (outlet == null) {
            throw new IllegalStateException("a feed has somebody to feed");
        }
        return outlet;
    }

    /** What to ask the server for: what follows the last position, or what the application wished at first. */
    @Nullable
    Position since() {
        Position last = position;
        return last != null ? last : start.since();
    }
}
