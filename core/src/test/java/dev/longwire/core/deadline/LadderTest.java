// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.deadline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class LadderTest {

    private static final class Thing extends Dated {}

    /** Goes from moment to moment, as a home does, up to and including {@code until}; notes what falls due when. */
    private static List<Long> due(Ladder ladder, long until, List<Thing> things) {
        List<Long> moments = new ArrayList<>();
        for (long now = ladder.next(); now <= until; now = ladder.next()) {
            for (Dated next = ladder.expired(now); next != null; next = ladder.expired(now)) {
                moments.add(now);
                things.add((Thing) next);
            }
        }
        return moments;
    }

    @Test
    void eachFallsDueAtItsMoment() {
        Ladder ladder = new Ladder();
        Random random = new Random(1);
        List<Thing> things = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            Thing thing = new Thing();
            things.add(thing);
            ladder.start(thing, 1_000 + 1 + (random.nextLong() >>> (20 + random.nextInt(40))), 1_000);
        }
        List<Thing> out = new ArrayList<>();
        List<Long> moments = due(ladder, Deadlines.NEVER - 1, out);
        assertThat(out).hasSize(500).containsAll(things);
        assertThat(moments).isSorted().isEqualTo(out.stream().map(Dated::at).toList());
        assertThat(ladder.next()).isEqualTo(Deadlines.NEVER);
    }

    @Test
    void whatIsStoppedOrStartedAgainKeepsItsLatestWord() {
        Ladder ladder = new Ladder();
        Thing gone = new Thing();
        Thing moved = new Thing();
        ladder.start(gone, 5_000, 0);
        ladder.start(moved, 1_000, 0);
        ladder.start(moved, 70_000, 500);
        Deadlines.stop(gone);
        List<Thing> out = new ArrayList<>();
        assertThat(due(ladder, 100_000, out)).containsExactly(70_000L);
        assertThat(out).containsExactly(moved);
    }

    @Test
    void aHomeThatOversleepsFindsAllThatIsDue() {
        Ladder ladder = new Ladder();
        for (int i = 1; i <= 20; i++) {
            ladder.start(new Thing(), i * 100L, 0);
        }
        int found = 0;
        for (Dated next = ladder.expired(1_050); next != null; next = ladder.expired(1_050)) {
            assertThat(next.at()).isLessThanOrEqualTo(1_050);
            found++;
        }
        assertThat(found).isEqualTo(10);
        assertThat(ladder.next()).isLessThanOrEqualTo(1_100);
    }

    @Test
    void whatIsPastFallsDueAtOnce() {
        Ladder ladder = new Ladder();
        Thing late = new Thing();
        ladder.start(late, 10, 1_000);
        assertThat(ladder.next()).isEqualTo(1_000);
        assertThat(ladder.expired(1_000)).isSameAs(late);
        ladder.start(late, 1_000, 1_000);
        assertThat(ladder.expired(1_000)).isSameAs(late);
        assertThat(ladder.expired(1_000)).isNull();
    }
}
