// SPDX-License-Identifier: Apache-2.0
package dev.longwire.simulation;

import dev.longwire.simulation.ground.Bug;
import dev.longwire.simulation.ground.Counters;
import dev.longwire.simulation.ground.Ground;
import dev.longwire.simulation.ground.Plan;
import dev.longwire.simulation.trace.Broken;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A whole world under one seed. */
public final class Simulation {

    private Simulation() {}

    /**
     * How a world went.
     *
     * @param failure what went wrong, or null
     * @param story what happened, where it was asked for
     */
    public record Outcome(long seed, @Nullable RuntimeException failure, Counters counters, List<String> story) {

        /** The number of the promise that was broken; 0 when it is none of them, -1 when nothing went wrong. */
        public int promise() {
            return failure == null ? -1 : failure instanceof Broken broken ? broken.promise() : 0;
        }
    }

    /**
     * Lets the world of this seed happen.
     *
     * @param bugs mistakes to plant, none for a true run
     * @param told whether the story is wanted: it takes much longer
     */
    public static Outcome run(long seed, Set<Bug> bugs, boolean told) {
        Ground ground = Ground.of(Plan.of(seed, bugs), told);
        RuntimeException failure = null;
        try {
            new World(ground).run();
        } catch (RuntimeException broken) {
            // Whatever it is, a promise or a failed check of the core: the seed has to be reported with it.
            failure = broken;
        }
        return new Outcome(seed, failure, ground.counters(), ground.story().lines());
    }
}
