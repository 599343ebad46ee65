// SPDX-License-Identifier: Apache-2.0
package dev.longwire.simulation.client;

import dev.longwire.protocol.Position;
import org.jspecify.annotations.Nullable;

/** What a client knows of one of its subscriptions. */
final class Sub {

    final String channel;

    /** The request that asks for it, until it is answered; 0 when there is none. */
    long subscribing;

    /** The request that ends it, until it is answered; 0 when there is none. */
    long unsubscribing;

    /** Whether {@code subscribed} came on the present link. */
    boolean active;

    /** Where it stands; null before the first {@code subscribed}. */
    @Nullable
    Position position;

    /** Up to here messages may be missing that were conflated. */
    long conflatedTo;

    Sub(String channel) {
        this.channel = channel;
    }
}
