// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.bridge;

/**
 * What one bridge session may cost.
 *
 * @param windowMillis how long it is kept without a carrier; then the upstream is closed with 1001
 * @param messageBytes of one message in either direction; longer closes both sides with 1009
 * @param unconfirmedBytes so much unconfirmed, and the upstream is not read; a client that sends more than that and a message
 *     beyond what is confirmed to it is closed with 1008
 * @param waitMillis how long a poll is held at most
 * @param answerBytes pieces beyond this go into another body
 */
public record BridgeLimits(
        long windowMillis, int messageBytes, int unconfirmedBytes, long waitMillis, int answerBytes) {

    public static final BridgeLimits DEFAULT = new BridgeLimits(120_000, 1 << 20, 1 << 20, 20_000, 256 * 1024);

    public BridgeLimits {
        if (windowMillis <= 0 || messageBytes <= 0 || unconfirmedBytes <= 0 || waitMillis <= 0 || answerBytes <= 0) {
            throw new IllegalArgumentException("limits of a bridge must be greater than 0");
        }
    }

    /** The same with other bounds for what a bridge's owner may choose. */
    public BridgeLimits with(long window, int message) {
        return new BridgeLimits(window, message, unconfirmedBytes, waitMillis, answerBytes);
    }
}
