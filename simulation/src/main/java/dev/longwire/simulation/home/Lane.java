// SPDX-License-Identifier: Apache-2.0
package dev.longwire.simulation.home;

import dev.longwire.simulation.ground.Ground;

/** A way between two parts of the home that keeps the order but takes its time. */
final class Lane {

    private final Ground ground;
    private long at;

    Lane(Ground ground) {
        this.ground = ground;
    }

    void send(Runnable arrival) {
        at = Math.max(at, ground.now() + ground.latency());
        ground.agenda().at(at, arrival);
    }

    /** When everything sent so far will have arrived. */
    long arrivedAt() {
        return at;
    }

    /** As if it had been sent before everything that is on its way. */
    void overtake(Runnable arrival) {
        ground.agenda().in(0, arrival);
    }
}
