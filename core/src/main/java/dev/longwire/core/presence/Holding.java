// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.presence;

import dev.longwire.core.deadline.Timed;

/**
 * One session by which a member is there. It stands in a list of time-outs while it is <i>loose</i>: its hub has given it
 * up for another one, which has not said so yet.
 */
final class Holding extends Timed {

    final Attendee member;
    final String client;

    /** The session's turn when it was last taken: what comes of a lower one is late. */
    long turn;

    Lease lease;

    Holding(Attendee member, String client, long turn, Lease lease) {
        this.member = member;
        this.client = client;
        this.turn = turn;
        this.lease = lease;
    }
}
