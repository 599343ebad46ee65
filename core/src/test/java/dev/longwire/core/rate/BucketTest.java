// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.rate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.longwire.core.state.StateReader;
import dev.longwire.core.state.StateWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a bucket gives is what its rate says: to the last one, at whatever time it begins. */
class BucketTest {

    private static final Rate TEN = new Rate(10, 1_000, 20);

    private static int takeAll(Bucket bucket, Rate rate, long nowMillis) {
        int taken = 0;
        while (bucket.take(rate, 1, nowMillis)) {
            taken++;
        }
        return taken;
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 5, -9_000_000_000_000L, 1L << 40, Long.MAX_VALUE / 2})
    void givesItsBurstAndThenItsRate(long start) {
        Bucket bucket = new Bucket();
        assertEquals(20, takeAll(bucket, TEN, start));
        assertEquals(250, bucket.waitMillis(start));
        assertFalse(bucket.take(TEN, 1, start + 249), "what was refused is not passed by what comes later");
        assertEquals(2, takeAll(bucket, TEN, start + 250), "2.5 have come back; the half is not lost");
        assertEquals(3, takeAll(bucket, TEN, start + 500));
        assertEquals(20, takeAll(bucket, TEN, start + 100_000));
        assertEquals(20, takeAll(bucket, TEN, start + (1L << 60)));
    }

    @Test
    void nothingIsRoundedInALongTime() {
        Rate odd = new Rate(7, 1_000, 3);
        Bucket bucket = new Bucket();
        long taken = 0;
        for (long now = 0; now < 10_000_000; now += 13) {
            while (bucket.take(odd, 1, now)) {
                taken++;
            }
        }
        // 7 a second for 10,000 s, and the burst of the beginning; the last pause may hold some back.
        assertTrue(taken <= 70_000 + 3 && taken >= 70_000 - 3, () -> "not what the rate says");
    }

    @Test
    void whoWaitsAsLongAsToldIsServed() {
        Rate slow = new Rate(3, 60_000, 2);
        Bucket bucket = new Bucket();
        long now = 17;
        for (int i = 0; i < 50; i++) {
            takeAll(bucket, slow, now);
            long wait = bucket.waitMillis(now);
            assertTrue(wait > 0 && wait <= 20_000);
            now += wait;
            assertTrue(bucket.take(slow, 1, now));
        }
    }

    @Test
    void theLastOneMayTakeMoreThanThereIs() {
        Rate bytes = Rate.perSecond(1_000, 2_000);
        Bucket bucket = new Bucket();
        assertTrue(bucket.take(bytes, 1_999, 0));
        assertTrue(bucket.take(bytes, 5_000, 0));
        assertFalse(bucket.take(bytes, 1, 0));
        assertEquals(5_000, bucket.waitMillis(0), "4,999 too many, and one to go on with");
        assertTrue(bucket.take(bytes, 1, 5_000));
    }

    @Test
    void zeroIsNoLimit() {
        Bucket bucket = new Bucket();
        for (int i = 0; i < 1_000; i++) {
            assertTrue(bucket.take(Rate.UNLIMITED, Integer.MAX_VALUE, 0));
        }
        assertTrue(Rate.perSecond(0, 10_000).unlimited());
    }

    @Test
    void theGreatestNumbersFit() {
        Rate most = new Rate(1L << 31, 3_600_000, 1L << 31);
        Bucket bucket = new Bucket();
        assertTrue(bucket.take(most, 1L << 31, 0));
        assertFalse(bucket.take(most, 1, 0));
        assertTrue(bucket.take(most, 1, 1L << 50));
        assertThrows(IllegalArgumentException.class, () -> new Rate(1L << 32, 1_000, 1));
        assertThrows(IllegalArgumentException.class, () -> new Rate(1, 0, 1));
        assertThrows(IllegalArgumentException.class, () -> new Rate(1, 1_000, 0));
    }

    @Test
    void isTheSameAfterBeingWrittenOut() {
        Bucket bucket = new Bucket();
        takeAll(bucket, TEN, 100);
        StateWriter out = new StateWriter();
        bucket.write(out, TEN, 140);
        Bucket copy = new Bucket();
        copy.read(new StateReader(out.toBytes()), 7_000);
        assertEquals(bucket.waitMillis(140), copy.waitMillis(7_000));
        assertEquals(takeAll(bucket, TEN, 500), takeAll(copy, TEN, 7_360));
    }
}
