// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.hub;

import dev.longwire.protocol.ServerFrame;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a poll was answered with, until the client confirms it. Of messages it keeps only the runs of offsets: should
 * the answer be lost, they are read from the log again.
 */
final class Answer {

    /** A part of an answer. */
    sealed interface Part {}

    record Said(ServerFrame frame) implements Part {}

    /** The messages with offsets in ({@code from}, {@code to}]. */
    record Run(String channel, String epoch, long from, long to) implements Part {}

    final long seq;

    /** In the order written. */
    final List<Part> parts = new ArrayList<>(2);

    /** Ids of the requests that came with the poll and have no answer yet; null while there are none. */
    @Nullable
    List<Long> awaited;

    /** The held request; null once the answer is complete, or while the client has to ask again. */
    @Nullable
    Carrier carrier;

    /** Whether the answer is complete: a repeat gets these parts and no others. */
    boolean complete;

    /** Whether the client does not want to wait. */
    boolean immediate;

    /** Bytes of messages in it. */
    long bytes;

    /** When something was first ready to be taken; -1 while nothing is. */
    long saidAtMillis = -1;

    Answer(long seq) {
        this.seq = seq;
    }

    void said(ServerFrame frame) {
        parts.add(new Said(frame));
    }

    void ran(String channel, String epoch, long from, long to) {
        int last = parts.size() - 1;
        if (last >= 0
                && parts.get(last) instanceof Run before
                && before.channel.equals(channel)
                && before.epoch.equals(epoch)
                && before.to == from) {
            parts.set(last, new Run(channel, epoch, before.from, to));
        } else {
            parts.add(new Run(channel, epoch, from, to));
        }
    }

    void await(long id) {
        if (awaited == null) {
            awaited = new ArrayList<>(2);
        }
        awaited.add(id);
    }

    boolean awaits(long id) {
        return awaited != null && awaited.contains(id);
    }

    /** An awaited request has its answer. */
    void answered(long id) {
        if (awaited != null) {
            awaited.remove((Long) id);
            if (awaited.isEmpty()) {
                awaited = null;
            }
        }
    }
}
