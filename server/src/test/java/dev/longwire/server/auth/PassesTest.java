// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.auth;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** How long a stand-in for a token is worth anything. */
final class PassesTest {

    private final Passes passes = new Passes();

    /** [A8] */
    @Test
    void aPassIsGoodOnce() {
        String pass = passes.issue("token", 0);
        assertThat(passes.take(pass, 1)).isEqualTo("token");
        assertThat(passes.take(pass, 2)).isNull();
    }

    /** [A8] */
    @Test
    void aPassIsGoodForHalfAMinute() {
        String first = passes.issue("first", 0);
        String second = passes.issue("second", 0);
        assertThat(passes.take(first, Passes.LIFE_MILLIS - 1)).isEqualTo("first");
        assertThat(passes.take(second, Passes.LIFE_MILLIS)).isNull();
        assertThat(Passes.LIFE_MILLIS).isLessThanOrEqualTo(30_000);
    }

    @Test
    void onlySoManyAreKept() {
        String oldest = passes.issue("oldest", 0);
        String next = "";
        for (int i = 0; i < Passes.MOST; i++) {
            String pass = passes.issue("token", 0);
            next = i == 0 ? pass : next;
        }
        assertThat(passes.take(oldest, 1)).isNull();
        assertThat(passes.take(next, 1)).isEqualTo("token");
    }

    @Test
    void noPassSaysWhatItStandsFor() {
        assertThat(passes.issue("token", 0)).doesNotContain("token").isNotEqualTo(passes.issue("token", 0));
    }
}
