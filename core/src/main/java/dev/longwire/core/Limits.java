// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core;

import dev.longwire.core.rate.Rates;

/**
 * What one session may cost, and how long things may take. Each limit names what happens when it is hit.
 *
 * @param firstFrameMillis from open to a first {@code connect}; then the carrier closes with {@code connect_timeout}
 * @param pingMillis silence after which a client pings, and a silent one is probed
 * @param pongMillis silence beyond {@code pingMillis} after which a carrier closes with {@code silent}
 * @param windowMillis how long a session is kept without a carrier; then it ends
 * @param requests requests of a session that may wait for an answer; one more is {@code too_many_requests}
 * @param replies answers of a session kept for repeated requests; the oldest goes first
 * @param subscriptions channels of a session; one more is {@code too_many_subscriptions}
 * @param sliceBytes bytes of a log read at once for a cursor that is behind; at least one message
 * @param dedupeMillis how long a publish key is recognised
 * @param pollWaitMillis how long a poll is held at most, and when the client doesn't say; then it is answered empty
 * @param pollRequests polls of a session that may overlap; one that is further ahead ends the session with {@code
 *     poll_order}
 * @param answerBytes bytes of messages in one answer to a poll; what is more comes with the next
 * @param graceMillis how long before its end a client is asked for another token, and how long after it the old one still
 *     counts; then its carrier closes with {@code token_expired}
 * @param rates how much a session may bring in a time; what is more is {@code rate_limited}
 */
public record Limits(
        long firstFrameMillis,
        long pingMillis,
        long pongMillis,
        long windowMillis,
        int requests,
        int replies,
        int subscriptions,
        int sliceBytes,
        long dedupeMillis,
        long pollWaitMillis,
        int pollRequests,
        int answerBytes,
        long graceMillis,
        Rates rates) {

    public static final Limits DEFAULT = new Limits(
            10_000,
            25_000,
            8_000,
            120_000,
            128,
            128,
            128,
            64 * 1024,
            300_000,
            20_000,
            2,
            256 * 1024,
            30_000,
            Rates.DEFAULT);

    public Limits {
        positive(firstFrameMillis, "firstFrameMillis");
        positive(pingMillis, "pingMillis");
        positive(pongMillis, "pongMillis");
        positive(windowMillis, "windowMillis");
        positive(requests, "requests");
        positive(replies, "replies");
        positive(subscriptions, "subscriptions");
        positive(sliceBytes, "sliceBytes");
        positive(dedupeMillis, "dedupeMillis");
        positive(pollWaitMillis, "pollWaitMillis");
        positive(pollRequests, "pollRequests");
        positive(answerBytes, "answerBytes");
        if (graceMillis < 0) {
            throw new IllegalArgumentException("graceMillis must not be negative");
        }
        if (replies < requests) {
            throw new IllegalArgumentException("replies must be at least as many as requests");
        }
    }

    /** The same but for the rates. */
    public Limits withRates(Rates other) {
        return new Limits(
                firstFrameMillis,
                pingMillis,
                pongMillis,
                windowMillis,
                requests,
                replies,
                subscriptions,
                sliceBytes,
                dedupeMillis,
                pollWaitMillis,
                pollRequests,
                answerBytes,
                graceMillis,
                other);
    }

    /** The same but for the heartbeat and the patience with tokens. */
    public Limits withTimes(long otherPingMillis, long otherGraceMillis) {
        return new Limits(
                firstFrameMillis,
                otherPingMillis,
                pongMillis,
                windowMillis,
                requests,
                replies,
                subscriptions,
                sliceBytes,
                dedupeMillis,
                pollWaitMillis,
                pollRequests,
                answerBytes,
                otherGraceMillis,
                rates);
    }

    private static void positive(long value, String name) {
        if (value <= 0) {
            throw new IllegalArgumentException(name + " must be greater than 0");
        }
    }
}
