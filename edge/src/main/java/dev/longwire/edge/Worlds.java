// SPDX-License-Identifier: Apache-2.0
package dev.longwire.edge;

import dev.longwire.simulation.Simulation;
import java.util.Set;

/** Simulated worlds, told in a way that two builds of the same source must tell alike. */
final class Worlds {

    private Worlds() {}

    /**
     * A line for each world: its seed, what went wrong, and how often things happened; with {@code told}, all that happened.
     */
    static String report(int seed, int worlds, boolean told) {
        StringBuilder report = new StringBuilder();
        for (int i = 0; i < worlds; i++) {
            Simulation.Outcome outcome = Simulation.run(seed + i, Set.of(), told);
            report.append(outcome.seed()).append(' ');
            report.append(outcome.failure() == null ? "held" : outcome.failure().getMessage());
            report.append(' ').append(outcome.counters()).append('\n');
            for (String line : outcome.story()) {
                report.append(line).append('\n');
            }
        }
        return report.toString();
    }
}
