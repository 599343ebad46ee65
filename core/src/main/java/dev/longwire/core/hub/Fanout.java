// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.hub;

import dev.longwire.core.Limits;
import dev.longwire.core.Namespaces;
import dev.longwire.core.SlowPolicy;
import dev.longwire.core.channel.ChannelReply.Attached;
import dev.longwire.core.channel.ChannelReply.Roll;
import dev.longwire.core.channel.ChannelReply.Sliced;
import dev.longwire.core.channel.ChannelRequest;
import dev.longwire.core.channel.ChannelRequest.Tag;
import dev.longwire.core.log.Slice;
import dev.longwire.protocol.CloseCode;
import dev.longwire.protocol.Position;
import dev.longwire.protocol.ServerFrame.EpochChanged;
import dev.longwire.protocol.ServerFrame.Gap;
import dev.longwire.protocol.Want;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The hub's cursors and how they move.
 *
 * <p>A push moves the hub's own cursor on a channel and is written to the live cursors in one go; it never reaches one
 * that is behind. Whatever is behind is served by reads of the log, and becomes live in the turn in which its number
 * equals the hub's. A push that does not start where the hub stands is thrown away and becomes a read. So replay joins
 * live delivery without a buffer, a slow reader is only a number, and a lost push is repaired like any other lag.
 */
final class Fanout {

    /** How a cursor can lose its carrier for not keeping up with what it was promised. */
    interface Cutter {
        void cut(Session session, CloseCode code);
    }

    /** How much a hub reads at once for all its sessions, when a push was missing. */
    private static final int REPAIR_BYTES = 1 << 20;

    private static final Carrier.Form[] FORMS = Carrier.Form.values();

    private final Limits limits;
    private final Namespaces namespaces;
    private final Outbox outbox;
    private final Map<String, Followed> followed = new LinkedHashMap<>();
    private final ArrayDeque<Session> catching = new ArrayDeque<>();
    private long generations;

    Fanout(Limits limits, Namespaces namespaces, Outbox outbox) {
        this.limits = limits;
        this.namespaces = namespaces;
        this.outbox = outbox;
    }

    Outbox outbox() {
        return outbox;
    }

    @Nullable
    Followed find(String channel) {
        return followed.get(channel);
    }

    Iterable<Followed> all() {
        return followed.values();
    }

    long generations() {
        return generations;
    }

    void restore(long generationsSoFar, Iterable<Followed> channels) {
        generations = generationsSoFar;
        for (Followed channel : channels) {
            followed.put(channel.name, channel);
        }
    }

    /** Begins a subscription: the owner is asked where it starts. The session must not have one on this channel. */
    Subscription join(Session session, Want want, long requestId) {
        Followed channel = followed.get(want.channel());
        if (channel == null) {
            channel = new Followed(want.channel(), ++generations);
            followed.put(channel.name, channel);
        }
        channel.subscribers++;
        Subscription subscription = new Subscription(session, channel);
        session.subscriptions.put(channel.name, subscription);
        subscription.joinTurn = session.turn;
        subscription.joinId = requestId;
        subscription.presence = want.presence();
        subscription.presenceSince = want.presenceSince();
        session.observed += channel.presence ? 1 : 0;
        Tag tag = new Tag(session.id, session.turn, requestId);
        outbox.ask(new ChannelRequest.Attach(channel.name, tag, channel.generation, want.since(), want.last()));
        return subscription;
    }

    /** The owner has said where the subscription starts. */
    void joined(Subscription subscription, Attached answer) {
        Followed channel = subscription.channel;
        if (channel.head == Followed.UNKNOWN) {
            channel.epoch = answer.head().epoch();
            channel.head = answer.head().offset();
        } else if (!channel.epoch.equals(answer.head().epoch())) {
            switchEpoch(channel, answer.head());
        }
        subscription.begins(answer.head().epoch(), answer.start());
        if (channel.presence) {
            subscription.sync = answer.recovered() ? null : new Sync();
        } else {
            // Whoever was told how many messages follow gets them, or loses its carrier.
            subscription.promised =
                    answer.start() < answer.head().offset() ? answer.head().offset() : 0;
        }
        place(subscription);
    }

    /** Ends a subscription. Nothing more is written for it. */
    void leave(Subscription subscription) {
        Followed channel = subscription.channel;
        unplace(subscription);
        subscription.session.subscriptions.remove(channel.name);
        subscription.session.observed -= channel.presence ? 1 : 0;
        if (--channel.subscribers == 0) {
            followed.remove(channel.name);
            outbox.ask(new ChannelRequest.Detach(channel.name, ++generations));
        }
    }

    /** The session has lost its carrier: its cursors stay as numbers, in no list, at no cost per message. */
    void park(Session session) {
        for (Subscription subscription : session.subscriptions.values()) {
            unplace(subscription);
        }
        session.behind = null;
    }

    /** A parked session has a carrier again, and goes on where its cursors stand. */
    void unpark(Session session) {
        for (Subscription subscription : session.subscriptions.values()) {
            if (!subscription.joining) {
                place(subscription);
            }
        }
    }

    /** The session's carrier takes bytes again. */
    void resumed(Session session) {
        if (session.behind != null && !session.queued && session.reading == null) {
            session.queued = true;
            catching.add(session);
        }
    }

    /** New messages: written to every live cursor, if they start where the hub stands. */
    void pushed(String name, String epoch, Slice slice) {
        Followed channel = followed.get(name);
        if (channel == null || channel.head == Followed.UNKNOWN) {
            return;
        }
        if (!channel.epoch.equals(epoch)) {
            // Which of two epochs is the later one only the owner knows.
            read(channel, slice.to());
        } else if (slice.from() == channel.head) {
            advance(channel, slice);
        } else if (slice.to() > channel.head) {
            read(channel, slice.to());
        }
    }

    /** What the hub asked for itself, since a push was missing. */
    void repaired(Sliced answer) {
        Followed channel = followed.get(answer.channel());
        if (channel == null || channel.head == Followed.UNKNOWN) {
            return;
        }
        channel.reading = false;
        Slice slice = answer.slice();
        if (!channel.epoch.equals(answer.epoch())) {
            switchEpoch(channel, new Position(answer.epoch(), slice.to()));
        } else if (slice.from() == channel.head) {
            advance(channel, slice);
        } else if (slice.from() > channel.head) {
            // Part of it is gone: each live cursor falls behind, and learns what it lost from its own read.
            demote(channel, false);
            channel.head = slice.to();
            overtaken(channel);
        }
    }

    private void read(Followed channel, long to) {
        if (!channel.reading) {
            channel.reading = true;
            outbox.ask(new ChannelRequest.Read(
                    channel.name, Tag.HUB, channel.epoch, channel.head, to, REPAIR_BYTES, false));
        }
    }

    private void advance(Followed channel, Slice slice) {
        if (slice.to() == channel.head) {
            return;
        }
        demote(channel, true);
        for (Carrier.Form form : FORMS) {
            LiveSet set = channel.liveOrNull(form);
            if (set != null && set.count > 0) {
                outbox.deliver(
                        new HubOutput.Deliver(channel.name, channel.epoch, form, slice, set.carriers, set.count));
            }
        }
        channel.head = slice.to();
        if (channel.ahead != null) {
            overtaken(channel);
        }
    }

    /** Takes out of the live sets those whose carrier takes nothing now, or all: they stay where the hub stood. */
    private void demote(Followed channel, boolean onlyStalled) {
        for (Carrier.Form form : FORMS) {
            LiveSet set = channel.liveOrNull(form);
            if (set == null) {
                continue;
            }
            for (int i = set.count - 1; i >= 0; i--) {
                if (!onlyStalled || set.carriers[i].stalled) {
                    Subscription subscription = set.at(i);
                    subscription.cursor = channel.head;
                    set.remove(subscription);
                    lag(subscription);
                }
            }
        }
    }

    /** The hub has reached or passed cursors that were ahead of it. */
    private void overtaken(Followed channel) {
        ArrayList<Subscription> before = channel.ahead;
        channel.ahead = null;
        if (before != null) {
            for (Subscription subscription : before) {
                place(subscription);
            }
        }
    }

    /** Puts a cursor where its number belongs: live at the hub's head, to be caught up before it, waiting beyond it. */
    private void place(Subscription subscription) {
        Followed channel = subscription.channel;
        Carrier carrier = subscription.session.carrier;
        if (carrier == null) {
            return;
        }
        if (subscription.sync != null) {
            lag(subscription);
        } else if (subscription.cursor == channel.head && subscription.epoch.equals(channel.epoch)) {
            channel.live(carrier.form()).add(subscription, carrier);
        } else if (subscription.cursor > channel.head && subscription.epoch.equals(channel.epoch)) {
            if (channel.ahead == null) {
                channel.ahead = new ArrayList<>();
            }
            channel.ahead.add(subscription);
        } else {
            lag(subscription);
        }
    }

    /** Puts a cursor that was written out where its number belongs, unless a read for it is still on its way. */
    void restorePlace(Subscription subscription) {
        if (!subscription.catching) {
            place(subscription);
        }
    }

    private void unplace(Subscription subscription) {
        Followed channel = subscription.channel;
        Session session = subscription.session;
        if (subscription.live()) {
            subscription.cursor = channel.head;
            Carrier carrier = session.carrier;
            if (carrier != null) {
                channel.live(carrier.form()).remove(subscription);
            }
        }
        if (channel.ahead != null) {
            channel.ahead.remove(subscription);
        }
        if (subscription.catching && session.behind != null) {
            session.behind.remove(subscription);
        }
        subscription.catching = false;
    }

    private void lag(Subscription subscription) {
        Session session = subscription.session;
        if (!subscription.catching) {
            subscription.catching = true;
            if (session.behind == null) {
                session.behind = new ArrayDeque<>(4);
            }
            session.behind.add(subscription);
        }
        if (session.writable()) {
            resumed(session);
        }
    }

    /**
     * Asks for the next piece of log of one session that is behind, if there is one. Sessions take turns, and so do the
     * subscriptions of a session.
     */
    void catchUp(Cutter cutter) {
        for (Session session = catching.poll(); session != null; session = catching.poll()) {
            session.queued = false;
            if (!session.writable() || session.behind == null || session.reading != null) {
                continue;
            }
            Subscription subscription = session.behind.poll();
            if (subscription == null) {
                session.behind = null;
                continue;
            }
            catchUp(session, subscription, cutter);
            return;
        }
    }

    private void catchUp(Session session, Subscription subscription, Cutter cutter) {
        Followed channel = subscription.channel;
        if (subscription.sync != null) {
            session.reading = subscription;
            session.readTurn = session.turn;
            Tag tag = new Tag(session.id, session.turn, 0);
            outbox.ask(new ChannelRequest.Who(channel.name, tag, subscription.sync.after, true));
            return;
        }
        SlowPolicy policy = namespaces.slow(channel.name);
        // What was promised to a client that came back is not cut short, however long it is.
        boolean slow = policy.exceeded(channel.head - subscription.cursor)
                && subscription.cursor >= subscription.promised
                && subscription.epoch.equals(channel.epoch);
        if (slow && policy.action() == SlowPolicy.Action.CUT) {
            cutter.cut(session, CloseCode.SLOW);
        } else if (slow && policy.action() == SlowPolicy.Action.RESET) {
            subscription.catching = false;
            lose(subscription, channel.head, Gap.Cause.TOO_SLOW);
            place(subscription);
            resumed(session);
        } else {
            session.reading = subscription;
            session.readTurn = session.turn;
            outbox.ask(new ChannelRequest.Read(
                    channel.name,
                    new Tag(session.id, session.turn, 0),
                    subscription.epoch,
                    subscription.cursor,
                    channel.head,
                    limits.sliceBytes(),
                    slow));
        }
    }

    /** Tells the subscriber what will not come, up to and including {@code to}. */
    private void lose(Subscription subscription, long to, Gap.Cause cause) {
        Carrier carrier = subscription.session.carrier;
        if (subscription.channel.presence) {
            // Changes are lost to an observer only until it is told everybody.
            subscription.sync = new Sync();
        } else if (carrier != null) {
            outbox.send(
                    carrier,
                    new Gap(subscription.channel.name, subscription.epoch, subscription.cursor + 1, to, cause));
        }
        subscription.cursor = to;
    }

    /** A piece of log for one cursor. */
    void caughtUp(Session session, Sliced answer, Cutter cutter) {
        Subscription subscription = session.awaits(answer) ? taken(session) : null;
        Carrier carrier = session.carrier;
        if (subscription != null && carrier != null) {
            if (!take(subscription, carrier, answer)) {
                cutter.cut(session, CloseCode.SLOW);
                return;
            }
            place(subscription);
        }
        resumed(session);
    }

    /** A page of those who are in a channel, for an observer that is to be told everybody. */
    void synced(Session session, Roll roll) {
        Subscription subscription = session.awaits(roll) ? taken(session) : null;
        Carrier carrier = session.carrier;
        if (subscription != null && subscription.sync != null && carrier != null) {
            subscription.sync.take(subscription, carrier, roll, outbox);
            place(subscription);
        }
        resumed(session);
    }

    /** The cursor for which something was read, if it is still to be moved: it may have been left or parked meanwhile. */
    private @Nullable Subscription taken(Session session) {
        Subscription subscription = session.reading;
        session.reading = null;
        outbox.lookAgain(session);
        if (subscription == null || session.carrier == null || !subscription.catching) {
            return null;
        }
        subscription.catching = false;
        if (session.behind != null) {
            session.behind.remove(subscription);
        }
        return subscription;
    }

    /** Moves a cursor by what a read brought; false when part of what was promised is gone. */
    private boolean take(Subscription subscription, Carrier carrier, Sliced answer) {
        Followed channel = subscription.channel;
        if (subscription.epoch.equals(answer.epoch())) {
            // A read from where the cursor no longer stands was asked for before it was parked.
            return answer.slice().from() < subscription.cursor || deliver(subscription, carrier, answer.slice());
        }
        if (subscription.promised > subscription.cursor) {
            return false;
        }
        if (!channel.epoch.equals(answer.epoch())) {
            switchEpoch(channel, new Position(answer.epoch(), answer.slice().to()));
        }
        moveTo(subscription, carrier, channel);
        return true;
    }

    /** Writes what a read brought; false when part of what was promised is gone. */
    private boolean deliver(Subscription subscription, Carrier carrier, Slice slice) {
        Followed channel = subscription.channel;
        if (slice.from() > subscription.cursor && channel.presence) {
            lose(subscription, slice.from(), Gap.Cause.TRIMMED);
            return true;
        }
        if (slice.conflated()) {
            lose(subscription, slice.to(), Gap.Cause.CONFLATED);
        } else if (slice.from() > subscription.cursor) {
            if (subscription.promised > subscription.cursor) {
                return false;
            }
            lose(subscription, slice.from(), Gap.Cause.TOO_SLOW);
        }
        if (slice.to() > slice.from()) {
            outbox.deliver(new HubOutput.Deliver(
                    channel.name, subscription.epoch, carrier.form(), slice, new Carrier[] {carrier}, 1));
        }
        subscription.cursor = Math.max(subscription.cursor, slice.to());
        return true;
    }

    /** The channel's messages before this are lost: everybody is told and goes on from here. */
    private void switchEpoch(Followed channel, Position now) {
        for (Carrier.Form form : FORMS) {
            LiveSet set = channel.liveOrNull(form);
            for (int i = set == null ? -1 : set.count - 1; set != null && i >= 0; i--) {
                Subscription subscription = set.at(i);
                if (subscription.promised > channel.head) {
                    // What it was promised is lost: its next read will tell, and cut it.
                    subscription.cursor = channel.head;
                    set.remove(subscription);
                    lag(subscription);
                } else if (channel.presence) {
                    subscription.cursor = channel.head;
                    subscription.sync = new Sync();
                    set.remove(subscription);
                    lag(subscription);
                } else {
                    outbox.send(set.carriers[i], new EpochChanged(channel.name, subscription.epoch, now));
                    subscription.epoch = now.epoch();
                    subscription.promised = 0;
                }
            }
        }
        channel.epoch = now.epoch();
        channel.head = now.offset();
        overtaken(channel);
    }

    private void moveTo(Subscription subscription, Carrier carrier, Followed channel) {
        Position now = new Position(channel.epoch, channel.head);
        if (channel.presence) {
            subscription.sync = new Sync();
        } else {
            outbox.send(carrier, new EpochChanged(channel.name, subscription.epoch, now));
        }
        subscription.epoch = now.epoch();
        subscription.cursor = now.offset();
        subscription.promised = 0;
    }
}
