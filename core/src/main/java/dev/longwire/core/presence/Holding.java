// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.presence;

import dev.longwire.core.deadline.Timed;
import dev.longwire.protocol.Payload;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

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

    /** What the session's token shows of its user. */
    @Nullable
    Payload info;

    /** What the session says. */
    @Nullable
    Payload data;

    /** When it said so, among all that was said in the channel: the latest counts. */
    long said;

    Holding(Attendee member, String client, long turn, Lease lease) {
        this.member = member;
        this.client = client;
        this.turn = turn;
        this.lease = lease;
    }

    boolean loose() {
        return deadlines() != null;
    }

    /** Whether it says something else than before. */
    boolean says(@Nullable Payload newInfo, @Nullable Payload newData) {
        boolean other = !Objects.equals(info, newInfo) || !Objects.equals(data, newData);
        info = newInfo;
        data = newData;
        return other;
    }
}
