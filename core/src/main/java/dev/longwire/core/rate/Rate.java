// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.rate;

/**
 * How much may come in how much time.
 *
 * @param amount how much in {@code perMillis}; 0 for as much as anybody likes
 * @param perMillis the time for that
 * @param burst how much may come at once, after a time of rest
 */
public record Rate(long amount, long perMillis, long burst) {

    /** As much as anybody likes. */
    public static final Rate UNLIMITED = new Rate(0, 1_000, 1);

    /** What keeps every product below 2^63, and is more than anybody wants. */
    private static final long MOST = 1L << 31;

    private static final long LONGEST_MILLIS = 3_600_000;

    public Rate {
        if (amount < 0 || amount > MOST || burst < 1 || burst > MOST) {
            throw new IllegalArgumentException("a rate must be 0 to 2^31, its burst 1 to 2^31");
        }
        if (perMillis < 1 || perMillis > LONGEST_MILLIS) {
            throw new IllegalArgumentException("the time of a rate must be 1 ms to 1 hour");
        }
    }

    /** So many a second, and this many seconds' worth at once. */
    public static Rate perSecond(long amount, long burstMillis) {
        return of(amount, 1_000, burstMillis);
    }

    /** So many a minute, all of them at once if need be. */
    public static Rate perMinute(long amount) {
        return of(amount, 60_000, 60_000);
    }

    private static Rate of(long amount, long perMillis, long burstMillis) {
        if (amount == 0) {
            return UNLIMITED;
        }
        long burst = Math.min(amount, MOST) * Math.min(burstMillis, LONGEST_MILLIS) / perMillis;
        return new Rate(amount, perMillis, Math.max(1, Math.min(MOST, burst)));
    }

    public boolean unlimited() {
        return amount == 0;
    }
}
