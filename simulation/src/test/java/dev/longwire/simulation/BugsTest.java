// SPDX-License-Identifier: Apache-2.0
package dev.longwire.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longwire.simulation.Simulation.Outcome;
import dev.longwire.simulation.ground.Bug;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A judge that never finds anything proves nothing: each planted bug has to be found, as what it is. */
final class BugsTest {

    private static final int SEEDS = 400;

    /** The promise that each bug breaks. */
    private static final Map<Bug, Integer> BREAKS = Map.ofEntries(
            Map.entry(Bug.DROP_PUSH, 10),
            Map.entry(Bug.DELIVER_TWICE, 13),
            Map.entry(Bug.CHANGE_PAYLOAD, 2),
            Map.entry(Bug.LOSE_APPEND, 1),
            Map.entry(Bug.ROLL_BACK, 7),
            Map.entry(Bug.SWAP_REQUESTS, 3),
            Map.entry(Bug.FORGET_KEY, 4),
            Map.entry(Bug.REFUSE_AND_RUN, 6),
            Map.entry(Bug.SERVE_REPLACED, 16),
            Map.entry(Bug.RECOVER_FALSELY, 12),
            Map.entry(Bug.CUT_REPLAY, 10),
            Map.entry(Bug.IGNORE_STALL, 18),
            Map.entry(Bug.NEVER_REPAIR, 11),
            Map.entry(Bug.EMPTY_REPEAT, 10),
            Map.entry(Bug.NEVER_SETTLE, 23),
            Map.entry(Bug.RUN_LATE_INPUT, 4),
            Map.entry(Bug.IGNORE_RIGHTS, 17),
            Map.entry(Bug.IGNORE_END, 27),
            Map.entry(Bug.IGNORE_REVOCATION, 27),
            Map.entry(Bug.FORGET_ASSIGNMENT, 11),
            Map.entry(Bug.LOSE_EVENT, 0));

    @ParameterizedTest
    @EnumSource(Bug.class)
    void isFound(Bug bug) {
        Set<Integer> broken = new TreeSet<>();
        for (long seed = 1; seed <= SEEDS && !broken.contains(BREAKS.get(bug)); seed++) {
            Outcome outcome = Simulation.run(seed, EnumSet.of(bug), false);
            if (outcome.failure() != null) {
                broken.add(outcome.promise());
            }
        }
        assertThat(broken).as("promises broken by " + bug).contains(BREAKS.get(bug));
    }
}
