// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.rate;

import java.util.Locale;

/** The limits that a session can hit, by the names that they have in metrics. */
public enum Limit {
    /** Frames in a time. */
    FRAMES,
    /** Bytes in a time. */
    BYTES,
    /** New names of channels in a time. */
    CHANNELS,
    /** Messages in a time: of a channel, whoever sends them, or of a session whose token says how many. */
    PUBLISHES,
    /** Refused, and still there: the carrier is closed. */
    FLOOD,
    /** Requests that wait for an answer. */
    REQUESTS,
    /** Subscriptions at once. */
    SUBSCRIPTIONS;

    /** For people and metrics. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
