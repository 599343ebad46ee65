// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.hub;

import dev.longwire.protocol.Poll;
import dev.longwire.protocol.ServerFrame;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A session's polls within one turn: which have run, which answers are not confirmed, what waits for the next one. */
final class Polling {

    /** A poll that arrived before the one it follows. */
    record Early(Carrier carrier, Poll poll) {}

    /** An answer that is being written again for a client that lost it. */
    static final class Repeat {
        final Answer answer;
        final Carrier carrier;
        int part;

        /** Within a run, the offset up to which it has been read. */
        long cursor = -1;

        Repeat(Answer answer, Carrier carrier) {
            this.answer = answer;
            this.carrier = carrier;
        }
    }

    /** The highest seq that has run. */
    long executed;

    /** The highest answer that the client has confirmed. */
    long confirmed;

    /** Answers that are not confirmed, oldest first. */
    final ArrayDeque<Answer> answers = new ArrayDeque<>(2);

    final List<Early> early = new ArrayList<>(0);

    /** Frames made while no poll was open, for the next one. */
    final List<ServerFrame> unsent = new ArrayList<>(0);

    final List<Repeat> repeats = new ArrayList<>(0);

    /** The client has processed everything up to this answer. */
    void confirm(long ack) {
        confirmed = Math.max(confirmed, ack);
        while (!answers.isEmpty() && answers.element().seq <= confirmed) {
            answers.remove();
        }
    }

    @Nullable
    Answer find(long seq) {
        for (Answer answer : answers) {
            if (answer.seq == seq) {
                return answer;
            }
        }
        return null;
    }

    /** The open answer of the poll that brought this request, or null. */
    @Nullable
    Answer awaiting(long id) {
        for (Answer answer : answers) {
            if (answer.carrier != null && answer.awaits(id)) {
                return answer;
            }
        }
        return null;
    }

    /** The request is gone: nothing is written to it, and what it was to be answered with waits for another. */
    void lost(Carrier carrier) {
        forget(carrier);
        Answer answer = carrier.answer;
        if (answer != null) {
            answer.carrier = null;
            carrier.answer = null;
        }
    }

    /** The request is gone: it waits for nothing any more. */
    void forget(Carrier carrier) {
        early.removeIf(waiting -> waiting.carrier() == carrier);
        repeats.removeIf(repeat -> repeat.carrier == carrier);
    }

    /** Takes out the poll with this seq, if it came early. */
    @Nullable
    Early takeEarly(long seq) {
        for (Iterator<Early> each = early.iterator(); each.hasNext(); ) {
            Early found = each.next();
            if (found.poll.seq() == seq) {
                each.remove();
                return found;
            }
        }
        return null;
    }
}
