// SPDX-License-Identifier: Apache-2.0
package dev.longwire.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longwire.simulation.Simulation.Outcome;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A seed is a full report of a bug only while it always makes the same world. */
final class RepeatTest {

    @Test
    void aSeedAlwaysMakesTheSameWorld() {
        for (long seed = 1; seed <= 20; seed++) {
            Outcome first = Simulation.run(seed, Set.of(), true);
            Outcome second = Simulation.run(seed, Set.of(), true);
            assertThat(plain(second)).isEqualTo(plain(first)).isNotEmpty();
        }
    }

    /** Without the names that the machine gives to objects. */
    private static List<String> plain(Outcome outcome) {
        return outcome.story().stream()
                .map(line -> line.replaceAll("@[0-9a-f]+", ""))
                .toList();
    }
}
