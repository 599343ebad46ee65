// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.presence;

import dev.longwire.core.deadline.Timed;

/** One life of a hub, as long as it is heard of: what it holds goes when it isn't. */
final class Lease extends Timed {

    final Roster roster;
    final int hub;
    final long life;

    /** How many holdings are this hub's, loose ones not counted. */
    int holdings;

    /** How many it has given up for another hub. */
    int loose;

    Lease(Roster roster, int hub, long life) {
        this.roster = roster;
        this.hub = hub;
        this.life = life;
    }

    boolean is(int otherHub, long otherLife) {
        return hub == otherHub && life == otherLife;
    }
}
