// SPDX-License-Identifier: Apache-2.0
package dev.longwire.simulation.trace;

import dev.longwire.protocol.Position;
import dev.longwire.protocol.ServerFrame.EpochChanged;
import dev.longwire.protocol.ServerFrame.Gap;
import dev.longwire.protocol.ServerFrame.Message;
import dev.longwire.protocol.ServerFrame.Subscribed;
import dev.longwire.protocol.ServerFrame.Unrecovered;
import dev.longwire.protocol.Want;
import dev.longwire.simulation.ground.Counters;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** One subscription on one link, from {@code subscribed} to its end, as the bytes arrive: nothing may be missing. */
final class Watch {

    private final String who;
    private final String channel;
    private final Truth truth;
    private final Counters counters;
    private String epoch;
    private long position;
    private long promisedTo;
    private long conflatedTo;

    Watch(String who, Want want, Subscribed frame, Truth truth, Counters counters) {
        this.who = who + " on " + want.channel();
        this.channel = want.channel();
        this.truth = truth;
        this.counters = counters;
        this.epoch = frame.head().epoch();
        this.position = frame.head().offset() - frame.replay();
        this.promisedTo = frame.replay() > 0 ? frame.head().offset() : 0;
        if (truth.head(channel, epoch) < frame.head().offset()) {
            throw new Broken(14, this.who + ": subscribed beyond the true head: " + frame);
        }
    }

    String epoch() {
        return epoch;
    }

    Position position() {
        return new Position(epoch, position);
    }

    /** Judges how a position that a client came with was answered. */
    static void answered(String who, Want want, Subscribed frame, Truth truth, long now) {
        Position since = want.since();
        Position head = frame.head();
        Unrecovered reason = frame.reason();
        if (since == null) {
            if (frame.recovered() || reason != null || frame.replay() > Math.max(0, want.last())) {
                throw new Broken(12, who + ": nothing to recover, but " + frame);
            }
            return;
        }
        boolean same = since.epoch().equals(head.epoch());
        if (frame.recovered()) {
            if (!same || reason != null || since.offset() > head.offset()) {
                throw new Broken(12, who + ": recovered falsely from " + since + ": " + frame);
            }
            if (frame.replay() != head.offset() - since.offset()) {
                throw new Broken(12, who + ": recovered in part from " + since + ": " + frame);
            }
            return;
        }
        boolean honest = reason != null
                && frame.replay() == 0
                && switch (reason) {
                    case EPOCH_CHANGED, UNKNOWN -> !same;
                    case AHEAD -> same && since.offset() > head.offset();
                    case TOO_OLD ->
                        same
                                && since.offset() < head.offset()
                                && truth.mayBeGone(
                                        want.channel(), new Position(since.epoch(), since.offset() + 1), now);
                    case NOT_AUTHORISED -> false;
                };
        if (!honest) {
            throw new Broken(12, who + ": not recovered from " + since + " without a reason: " + frame);
        }
    }

    void message(Message message) {
        long offset = message.offset();
        boolean next = offset == position + 1 || offset == conflatedTo + 1;
        boolean picked = offset > position && offset <= conflatedTo;
        if (offset <= position) {
            throw new Broken(13, who + ": " + offset + " again, at " + position);
        }
        if (!next && !picked) {
            throw new Broken(10, who + ": " + offset + " follows " + position + " and nothing was said");
        }
        Truth.Entry entry = truth.at(channel, new Position(epoch, offset));
        String payload = new String(message.payload().bytes(), StandardCharsets.UTF_8);
        if (entry == null || !entry.payload().equals(payload) || !entry.client().equals(message.client())) {
            throw new Broken(2, who + ": " + epoch + ":" + offset + " is " + payload + ", accepted was " + entry);
        }
        position = offset;
        counters.count(position <= promisedTo ? "messages replayed" : "messages live");
    }

    void gap(Gap gap, long moment) {
        boolean next = gap.from() == position + 1 || gap.from() == conflatedTo + 1;
        boolean fits = gap.epoch().equals(epoch) && next && gap.from() > position && gap.to() >= gap.from();
        if (!fits || gap.to() > truth.head(channel, epoch)) {
            throw new Broken(10, who + ": a gap that does not fit at " + position() + ": " + gap);
        }
        // What a repeated answer can't show any more it may say so of, whatever had been promised.
        if (position < promisedTo && gap.cause() != Gap.Cause.TRIMMED) {
            throw new Broken(12, who + ": a gap inside what was promised up to " + promisedTo + ": " + gap);
        }
        counters.count("gaps " + gap.cause().wire());
        if (gap.cause() == Gap.Cause.CONFLATED) {
            position = Math.max(position, conflatedTo);
            conflatedTo = gap.to();
            return;
        }
        Position now = truth.now(channel);
        boolean lost = now != null && !now.epoch().equals(epoch);
        boolean policy = lost || channel.startsWith("slow:");
        if (!policy && !truth.mayBeGone(channel, new Position(epoch, gap.from()), moment)) {
            throw new Broken(10, who + ": a gap although the log had to keep it: " + gap);
        }
        position = gap.to();
    }

    void epochChanged(EpochChanged change) {
        if (!change.old().equals(epoch) || change.now().epoch().equals(epoch)) {
            throw new Broken(14, who + ": in " + epoch + " came " + change);
        }
        if (position < promisedTo) {
            throw new Broken(12, who + ": another epoch inside what was promised up to " + promisedTo);
        }
        counters.count("epoch changes");
        epoch = change.now().epoch();
        position = change.now().offset();
        promisedTo = 0;
        conflatedTo = 0;
    }

    /** With nothing going on any more, everything must have come. */
    void atRest(@Nullable Position head) {
        long reached = Math.max(position, conflatedTo);
        if (head != null && !(head.epoch().equals(epoch) && head.offset() == reached)) {
            throw new Broken(11, who + ": stands at " + position() + " at rest, the log at " + head);
        }
    }
}
