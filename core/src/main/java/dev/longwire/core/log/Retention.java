// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.log;

/**
 * How long a log keeps messages. A message goes when it is older than {@code ageMillis} and not among the newest
 * {@code count}; or, oldest first, when the log is longer than {@code bytes}.
 *
 * @param ageMillis age up to which messages stay whatever their number; at least the session window, so that whoever
 *     comes back in time finds what it missed
 * @param count how many stay whatever their age, for quiet channels
 * @param bytes how much a single log may hold
 * @param idleMillis how long after its last message a log without a hub is kept at all
 */
public record Retention(long ageMillis, int count, int bytes, long idleMillis) {

    public static final Retention DEFAULT = new Retention(120_000, 1_000, 64 * 1024 * 1024, 3_600_000);

    public Retention {
        if (ageMillis < 0 || count < 0 || bytes < 1 || idleMillis < ageMillis) {
            throw new IllegalArgumentException("retention out of range");
        }
    }
}
