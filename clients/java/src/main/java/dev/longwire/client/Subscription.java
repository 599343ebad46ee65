// SPDX-License-Identifier: Apache-2.0
package dev.longwire.client;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A subscription of a channel. It lives through lost connections until it is ended by the application, by the server or
 * with its client. Usable from any thread.
 */
public final class Subscription {
    private final Machine machine;
    private final Feed feed;

    Subscription(Machine machine, Feed feed) {
        this.machine = machine;
        this.feed = feed;
    }

    /** The channel's name. */
    public String channel() {
        return feed.channel;
    }

    /** Completes when the server has the subscription for the first time; fails if it refuses. */
    public CompletableFuture<Attached> ready() {
        return feed.ready.copy();
    }

    /** The position of the newest message on its way to the listener, or null before the server has answered. */
    public @Nullable Position position() {
        return feed.position;
    }

    /**
     * Ends it. What has been received is still handed over, then the listener's {@code onEnd} is called.
     *
     * @return completes when the server has confirmed; then the channel can be subscribed anew
     */
    public CompletableFuture<@Nullable Void> unsubscribe() {
        machine.unsubscribe(feed);
        return feed.ended.copy();
    }
}
