// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.rate;

/**
 * How much one session may bring. What is too much is refused with {@code rate_limited} and does nothing; who goes on
 * although refused, faster than these rates allow in the first place, is closed with {@code policy}.
 *
 * @param frames frames of the protocol; a poll without any is one, and so is a ping of RFC 6455
 * @param bytes bytes of messages, after the decoding of whatever transports them
 * @param channels channels that a user names and has not named lately, in all sessions of a hub; of an anonymous
 *     session, its own
 */
public record Rates(Rate frames, Rate bytes, Rate channels) {

    public static final Rates UNLIMITED = new Rates(Rate.UNLIMITED, Rate.UNLIMITED, Rate.UNLIMITED);

    /** More than an honest client needs, and less than one loop notices. */
    public static final Rates DEFAULT =
            new Rates(Rate.perSecond(1_000, 10_000), Rate.perSecond(4 << 20, 10_000), Rate.perMinute(1_000));
}
