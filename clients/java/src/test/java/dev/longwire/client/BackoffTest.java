// SPDX-License-Identifier: Apache-2.0
package dev.longwire.client;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** How long is waited. */
final class BackoffTest {

    /** Shows [CS16] [CS17]. */
    @Test
    void boundsDoubleUpToTheLongestAndBeginAnew() {
        Backoff backoff = new Backoff(500, 20_000);
        for (long bound : new long[] {500, 1_000, 2_000, 4_000, 8_000, 16_000, 20_000, 20_000}) {
            assertThat(backoff.nextMillis(0)).isBetween(0L, bound);
        }
        for (int i = 0; i < 100; i++) {
            backoff.nextMillis(0);
        }
        assertThat(backoff.nextMillis(30_000)).isBetween(30_000L, 50_000L);
        backoff.reset();
        assertThat(backoff.nextMillis(7_000)).isBetween(7_000L, 7_500L);
    }
}
