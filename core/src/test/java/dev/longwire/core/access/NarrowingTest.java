// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longwire.core.rate.Rate;
import dev.longwire.core.rate.Rates;
import org.junit.jupiter.api.Test;

class NarrowingTest {

    private static final Rates GENERAL =
            new Rates(new Rate(1_000, 1_000, 10_000), new Rate(60_000, 60_000, 8_000), new Rate(3, 60_000, 3));

    @Test
    void ratesShrinkWithTheirBurstAndInTheSameParts() {
        Rates rates = new Narrowing(20, 100, 0, 0, 0, 0).rates(GENERAL);
        assertThat(rates.frames()).isEqualTo(new Rate(20, 1_000, 200));
        assertThat(rates.bytes()).isEqualTo(new Rate(6_000, 60_000, 800));
        assertThat(rates.channels()).isEqualTo(GENERAL.channels());
    }

    @Test
    void whereTheServerHasNoRateTheTokenSetsOne() {
        Rates rates = new Narrowing(20, 0, 0, 0, 0, 0).rates(Rates.UNLIMITED);
        assertThat(rates).isEqualTo(new Rates(new Rate(20, 1_000, 20), Rate.UNLIMITED, Rate.UNLIMITED));
    }

    @Test
    void nothingIsWidened() {
        Narrowing wide = new Narrowing(
                Integer.MAX_VALUE,
                Integer.MAX_VALUE,
                Integer.MAX_VALUE,
                Integer.MAX_VALUE,
                Integer.MAX_VALUE,
                Integer.MAX_VALUE);
        assertThat(wide.rates(GENERAL)).isEqualTo(GENERAL);
        assertThat(wide.subscriptions(5)).isEqualTo(5);
        assertThat(wide.sessions(5)).isEqualTo(5);
        assertThat(Narrowing.NONE.rates(GENERAL)).isSameAs(GENERAL);
        assertThat(Narrowing.NONE.subscriptions(5)).isEqualTo(5);
        assertThat(Narrowing.NONE.sessions(5)).isEqualTo(5);
    }

    @Test
    void countsShrink() {
        Narrowing narrow = new Narrowing(0, 0, 0, 0, 2, 3);
        assertThat(narrow.subscriptions(5)).isEqualTo(2);
        assertThat(narrow.sessions(5)).isEqualTo(3);
        assertThat(narrow.sessions(0)).isEqualTo(3);
        assertThat(Narrowing.NONE.sessions(0)).isZero();
    }

    @Test
    void theSlowestIsOne() {
        Rates rates =
                new Narrowing(1, 1, 0, 0, 0, 0).rates(new Rates(new Rate(50, 100, 1), GENERAL.bytes(), Rate.UNLIMITED));
        assertThat(rates.frames()).isEqualTo(new Rate(1, 100, 1));
        assertThat(rates.bytes()).isEqualTo(new Rate(60, 60_000, 8));
    }
}
