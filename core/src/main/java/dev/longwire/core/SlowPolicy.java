// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core;

/**
 * What happens to a subscriber that falls behind. Until then it catches up from the log at its own pace, and costs one
 * number however far behind it is.
 *
 * @param lagMessages how many messages it may be behind; 0 for as many as the log has
 * @param action what then
 */
public record SlowPolicy(long lagMessages, Action action) {

    /** What happens at the bound. */
    public enum Action {
        /** It is told what it lost and goes on at the head. */
        RESET,
        /** It gets the newest message of each slot; messages without a slot are one slot together. */
        LATEST,
        /** Its carrier is closed with {@code slow}; it can come back and recover from the log. */
        CUT
    }

    /** As long as the log goes. */
    public static final SlowPolicy CATCH_UP = new SlowPolicy(0, Action.RESET);

    public SlowPolicy {
        if (lagMessages < 0) {
            throw new IllegalArgumentException("lagMessages must not be negative");
        }
    }

    /** Whether a subscriber that is this many messages behind is too far behind. */
    public boolean exceeded(long lag) {
        return lagMessages > 0 && lag > lagMessages;
    }
}
