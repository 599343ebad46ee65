// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.hub;

import dev.longwire.protocol.ClientFrame.Request;
import dev.longwire.protocol.Position;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * A session's cursor on a channel. It is <i>joining</i> until the channel's owner has confirmed where it starts;
 * <i>live</i> while it stands at its hub's head, and then its place is an index in a {@link LiveSet} and it needs no
 * number; else it is <i>behind</i> (or, for a moment, ahead of its hub) with one number.
 */
final class Subscription {

    static final int NOT_LIVE = -1;

    final Session session;
    final Followed channel;

    /** The epoch in which {@code cursor} counts. */
    String epoch = "";

    /** The offset of the last message written; out of date while live. */
    long cursor;

    /** The place in the live set, or {@link #NOT_LIVE}. */
    int index = NOT_LIVE;

    boolean joining = true;

    /** Whether it stands in its session's {@link Session#behind}, or a read for it is on its way. */
    boolean catching;

    /** Up to here everything was promised; a hole before it ends the carrier instead of being announced. */
    long promised;

    /** Turn and request of the join that is awaited, so that an answer to an earlier one is known as such. */
    long joinTurn;

    long joinId;

    /** Whether somebody was told that it began, and is to be told that it ended. */
    boolean told;

    /** Whether the application made it, and the client has not asked for it, or has had no answer yet. */
    boolean assigned;

    /** Whether presence was asked for too, and may be observed. */
    boolean presence;

    /** From where presence is observed that was asked for too; null for from the beginning. */
    @Nullable
    Position presenceSince;

    /** Of an observation: whether the subscription to the channel's messages asked for it, and ends it. */
    boolean alongside;

    /** Of an observation: how far the client has been told who is there; null when it knows, and is told changes. */
    @Nullable
    Sync sync;

    /** Requests on this channel that wait for the join, in order; null while there are none. */
    @Nullable
    ArrayDeque<Request> waiting;

    Subscription(Session session, Followed channel) {
        this.session = session;
        this.channel = channel;
    }

    boolean live() {
        return index != NOT_LIVE;
    }

    /** How many messages it is behind where its hub is; 0 where that can't be said. */
    long lag() {
        return live() || joining || !epoch.equals(channel.epoch) ? 0 : channel.head - cursor;
    }

    /** The offset of the last message written. */
    long position() {
        return live() ? channel.head : cursor;
    }

    /** The client makes its own what the application had made. Until that is answered, both are true. */
    void takesOver(Subscription old) {
        told = old.told;
        assigned = true;
    }

    /** It has begun, and goes on from here. */
    void begins(String at, long offset) {
        joining = false;
        assigned &= joinId == 0;
        epoch = at;
        cursor = offset;
    }
}
