// SPDX-License-Identifier: Apache-2.0
package dev.longwire.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longwire.client.Heartbeat.Verdict;
import org.junit.jupiter.api.Test;

/** When the other side is asked, and when it is believed dead: the test says itself what time it is. */
final class HeartbeatTest {
    private final Heartbeat heart = new Heartbeat();

    HeartbeatTest() {
        heart.start(25_000, 0);
    }

    @Test
    void silenceIsAskedAboutThenBelieved() {
        assertThat(heart.wakeAt()).isEqualTo(25_000);
        assertThat(heart.check(24_999)).isEqualTo(Verdict.NOTHING);
        assertThat(heart.check(25_000)).isEqualTo(Verdict.PING);
        assertThat(heart.wakeAt()).isEqualTo(33_000);
        heart.heard(26_000);
        assertThat(heart.check(33_000)).isEqualTo(Verdict.NOTHING);
        assertThat(heart.check(50_000)).isEqualTo(Verdict.PING);
        assertThat(heart.check(59_000)).isEqualTo(Verdict.DEAD);
    }

    /** Shows [CS22]. */
    @Test
    void whatWasHeldUpAndIsTakenCountsAsLife() {
        heart.sent(1_000);
        heart.taken(1_500);
        heart.sent(20_000);
        heart.taken(32_000);
        assertThat(heart.check(33_000)).isEqualTo(Verdict.NOTHING);
    }

    /** Shows [CS23]. */
    @Test
    void afterASleepItIsAskedFirstButOnce() {
        assertThat(heart.check(3_600_000)).isEqualTo(Verdict.PING);
        assertThat(heart.wakeAt()).isEqualTo(3_608_000);
        assertThat(heart.check(3_700_000)).isEqualTo(Verdict.DEAD);
    }

    /** Shows [CS24]: a poll that is opened says as much as a ping. */
    @Test
    void whatTheTransportSaysByItselfSparesAPing() {
        heart.sent(20_000);
        heart.heard(20_000);
        heart.sent(40_000);
        heart.heard(40_000);
        assertThat(heart.check(45_000)).isEqualTo(Verdict.NOTHING);
    }

    /** Shows [CS25]. */
    @Test
    void whoDoesNotReadCannotKnow() {
        heart.pause();
        assertThat(heart.check(25_000)).isEqualTo(Verdict.PING);
        assertThat(heart.check(40_000)).isEqualTo(Verdict.NOTHING);
        heart.resume(60_000);
        assertThat(heart.check(60_000)).isEqualTo(Verdict.PING);
        assertThat(heart.check(85_000)).isEqualTo(Verdict.PING);
        assertThat(heart.check(93_000)).isEqualTo(Verdict.DEAD);
    }
}
