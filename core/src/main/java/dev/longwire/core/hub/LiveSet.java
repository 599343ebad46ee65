// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.hub;

import java.util.Arrays;

/** The live cursors of one channel and form, dense, in no order: what one push is written to. */
final class LiveSet {

    private static final Subscription[] NO_SUBSCRIPTIONS = {};
    private static final Carrier[] NO_CARRIERS = {};

    Carrier[] carriers = NO_CARRIERS;
    int count;
    private Subscription[] subscriptions = NO_SUBSCRIPTIONS;

    void add(Subscription subscription, Carrier carrier) {
        if (count == carriers.length) {
            int size = count == 0 ? 1 : count < 4 ? 4 : count + (count >> 1);
            carriers = Arrays.copyOf(carriers, size);
            subscriptions = Arrays.copyOf(subscriptions, size);
        }
        carriers[count] = carrier;
        subscriptions[count] = subscription;
        subscription.index = count++;
    }

    /** Takes one out; the last takes its place. */
    @SuppressWarnings("NullAway") // a freed place holds null, beyond count, so that it keeps nothing alive
    void remove(Subscription subscription) {
        int index = subscription.index;
        int last = --count;
        carriers[index] = carriers[last];
        subscriptions[index] = subscriptions[last];
        subscriptions[index].index = index;
        carriers[last] = null;
        subscriptions[last] = null;
        subscription.index = Subscription.NOT_LIVE;
    }

    Subscription at(int index) {
        return subscriptions[index];
    }
}
