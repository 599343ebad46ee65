// SPDX-License-Identifier: Apache-2.0
package dev.longwire.client;

import org.jspecify.annotations.Nullable;

/**
 * Hears what happens on a subscription, one call at a time and in order. While it is busy, what comes next waits; when too
 * much waits, the client stops reading from the server.
 */
@FunctionalInterface
public interface ChannelListener {
    /** A message. Its position is always beyond those before it. */
    void onMessage(Message message);

    /** The server has the subscription, for the first time or again. */
    default void onAttached(Attached attached) {}

    /** Messages are lost, or the log is another one. */
    default void onReset(Reset reset) {}

    /**
     * The subscription is over, and nothing more is heard of it.
     *
     * @param cause why, or null when the application wished it
     */
    default void onEnd(@Nullable LongwireException cause) {}
}
