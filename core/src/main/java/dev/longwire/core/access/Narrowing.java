// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.access;

import dev.longwire.core.rate.Rate;
import dev.longwire.core.rate.Rates;

/**
 * Limits that a token sets for its bearer, below those of the server: a token can only narrow. In each, 0 leaves the
 * server's.
 *
 * @param frameRate frames of a session in a second
 * @param byteRate bytes of a session's frames in a second
 * @param publishRate messages that a session publishes in a second
 * @param messageBytes of what a session publishes, calls with, or shows of itself, each
 * @param subscriptions channels of a session
 * @param sessions of the user, for a session that this token begins
 */
public record Narrowing(
        long frameRate, long byteRate, long publishRate, int messageBytes, int subscriptions, int sessions) {

    /** The server's limits, as they are. */
    public static final Narrowing NONE = new Narrowing(0, 0, 0, 0, 0, 0);

    /** What a session may bring. */
    public Rates rates(Rates general) {
        return frameRate == 0 && byteRate == 0
                ? general
                : new Rates(
                        narrower(general.frames(), frameRate), narrower(general.bytes(), byteRate), general.channels());
    }

    /** How many messages it may publish: a second's worth at once. */
    public Rate publishes() {
        return publishRate == 0 ? Rate.UNLIMITED : Rate.perSecond(publishRate, 1_000);
    }

    /** Whether so many bytes are too many. */
    public boolean tooLong(int bytes) {
        return messageBytes > 0 && bytes > messageBytes;
    }

    /** Counted in the same parts of a token, so that what was spent under the one is as much under the other. */
    private static Rate narrower(Rate general, long perSecond) {
        if (perSecond == 0) {
            return general;
        }
        long amount = Math.max(1, perSecond * general.perMillis() / 1_000);
        if (general.unlimited()) {
            return new Rate(amount, general.perMillis(), amount);
        }
        if (amount >= general.amount()) {
            return general;
        }
        long burst = Math.max(1, general.burst() * amount / general.amount());
        return new Rate(amount, general.perMillis(), burst);
    }

    /** How many channels a session may have. */
    public int subscriptions(int general) {
        return subscriptions == 0 ? general : Math.min(subscriptions, general);
    }

    /** How many sessions its user may have; 0 for any number. */
    public int sessions(int general) {
        if (sessions == 0 || general == 0) {
            return Math.max(sessions, general);
        }
        return Math.min(sessions, general);
    }
}
