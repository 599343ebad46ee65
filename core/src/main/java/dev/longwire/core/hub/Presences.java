// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.hub;

import dev.longwire.core.Limits;
import dev.longwire.core.Namespaces;
import dev.longwire.core.channel.ChannelRequest;
import dev.longwire.core.channel.ChannelRequest.Tag;
import dev.longwire.core.deadline.Deadlines;
import dev.longwire.core.deadline.Spans;
import dev.longwire.core.deadline.Timed;
import dev.longwire.core.presence.PresenceName;
import dev.longwire.core.presence.PresenceSettings;
import dev.longwire.core.presence.Roster.Attendant;
import dev.longwire.protocol.ClientFrame;
import dev.longwire.protocol.ClientFrame.Presence.Action;
import dev.longwire.protocol.ErrorCode;
import dev.longwire.protocol.Payload;
import dev.longwire.protocol.ServerFrame.Dropped;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which sessions of the hub have entered which channels. A session that says goodbye leaves at once; one that loses its
 * carrier leaves when that has lasted for the grace, and enters again when it comes back after that. As long as a hub holds
 * anybody in a channel it says from time to time that it is there.
 */
final class Presences {

    /** Whom the hub holds in one channel; as a time-out, that it says so again. */
    static final class Held extends Timed {
        final String log;
        final Map<String, Membership> members = new LinkedHashMap<>();

        Held(String log) {
            this.log = log;
        }
    }

    private final Limits limits;
    private final Rights rights;
    private final Namespaces namespaces;
    private final Outbox outbox;
    private final Map<String, Held> held = new LinkedHashMap<>();
    private final Spans graces = new Spans();
    private final Spans renewals = new Spans();
    private long life;

    /** When the input came that is being taken. */
    private long now;

    Presences(Rules rules, Namespaces namespaces, Outbox outbox, long life) {
        this.limits = rules.limits();
        this.rights = rules.rights();
        this.namespaces = namespaces;
        this.outbox = outbox;
        this.life = life;
    }

    void at(long nowMillis) {
        now = nowMillis;
    }

    private PresenceSettings settings(String log) {
        return namespaces.of(log).presence();
    }

    /** Enters, updates or leaves, as a request asks; the fault, or null when the channel's owner is asked. */
    @Nullable
    ErrorCode request(Session session, ClientFrame.Presence request) {
        String log = PresenceName.of(request.channel());
        Payload state = request.state();
        Membership membership = session.memberships.get(log);
        Tag tag = new Tag(session.id, session.turn, request.id());
        if (request.action() == Action.LEAVE) {
            leave(session, log, tag);
            return null;
        }
        if (state != null && state.bytes().length > settings(log).stateBytes()) {
            return ErrorCode.TOO_LARGE;
        }
        if (membership == null && request.action() == Action.UPDATE) {
            return ErrorCode.NOT_PRESENT;
        }
        if (membership == null && session.memberships.size() >= session.mostSubscriptions(limits)) {
            return ErrorCode.TOO_MANY_SUBSCRIPTIONS;
        }
        if (membership == null) {
            membership = new Membership(session, log);
            session.memberships.put(log, membership);
        }
        membership.data = state;
        enter(membership, tag, request.action());
        if (session.carrier == null) {
            // A poll that brought it may be answered already.
            graces.start(membership, settings(log).graceMillis(), now);
        }
        return null;
    }

    private void enter(Membership membership, Tag tag, Action action) {
        Session session = membership.session;
        membership.held = true;
        Held here = held.get(membership.log);
        if (here == null) {
            here = new Held(membership.log);
            held.put(here.log, here);
            renewals.start(here, settings(here.log).renewMillis(), now);
        }
        here.members.put(session.client, membership);
        outbox.ask(new ChannelRequest.Enter(
                membership.log, tag, action, life, attendant(session), session.principal.info(), membership.data));
    }

    private static Attendant attendant(Session session) {
        return new Attendant(session.principal.user(), session.client, session.turn);
    }

    /** The session leaves now. Whoever wasn't there leaves all the same: the request may be a repeat. */
    private void leave(Session session, String log, Tag tag) {
        Membership membership = session.memberships.remove(log);
        if (membership != null) {
            release(membership);
        }
        outbox.ask(new ChannelRequest.Leave(log, tag, life, attendant(session), 0));
    }

    /** The hub does not answer for it any more. */
    private void release(Membership membership) {
        Deadlines.stop(membership);
        membership.held = false;
        Held here = held.get(membership.log);
        if (here != null && here.members.remove(membership.session.client) != null && here.members.isEmpty()) {
            Deadlines.stop(here);
            held.remove(here.log);
        }
    }

    private static Tag quietly(Session session) {
        return new Tag(session.id, session.turn, 0);
    }

    /** The session has no carrier: the grace begins. */
    void parked(Session session) {
        for (Membership membership : session.memberships.values()) {
            if (membership.held) {
                graces.start(membership, settings(membership.log).graceMillis(), now);
            }
        }
    }

    /** The session has a carrier again; where the grace was over, or another hub had it, it enters again. */
    void unparked(Session session) {
        for (Membership membership : session.memberships.values()) {
            Deadlines.stop(membership);
            if (!membership.held) {
                enter(membership, quietly(session), Action.ENTER);
            }
        }
    }

    /** The session leaves every channel in which it may not be any more, and its client is told why. */
    void recheck(Session session, String reason) {
        for (Membership membership : List.copyOf(session.memberships.values())) {
            String channel = PresenceName.channel(membership.log);
            if (!rights.enter(session, channel)) {
                leave(session, membership.log, quietly(session));
                Dropped told = new Dropped(channel, Action.LEAVE, reason);
                if (session.carrier != null) {
                    outbox.send(session.carrier, told);
                } else if (session.polling != null) {
                    session.polling.unsent.add(told);
                }
            }
        }
    }

    /** The session has ended. */
    void ended(Session session) {
        for (Membership membership : List.copyOf(session.memberships.values())) {
            leave(session, membership.log, quietly(session));
        }
    }

    /** The session goes to another hub, which takes over when its client has arrived there. */
    void handedOver(Session session) {
        for (Membership membership : session.memberships.values()) {
            if (membership.held) {
                release(membership);
                long late = Math.max(1, settings(membership.log).graceMillis());
                outbox.ask(new ChannelRequest.Leave(membership.log, quietly(session), life, attendant(session), late));
            }
        }
    }

    /** The owner does not know this hub: it has forgotten, or had not heard of it for too long. */
    void unknown(String log) {
        Held here = held.get(log);
        if (here != null) {
            for (Membership membership : List.copyOf(here.members.values())) {
                enter(membership, quietly(membership.session), Action.ENTER);
            }
        }
    }

    void tick() {
        for (Timed due = graces.expired(now); due != null; due = graces.expired(now)) {
            Membership membership = (Membership) due;
            release(membership);
            Session session = membership.session;
            outbox.ask(new ChannelRequest.Leave(membership.log, quietly(session), life, attendant(session), 0));
        }
        for (Timed due = renewals.expired(now); due != null; due = renewals.expired(now)) {
            Held here = (Held) due;
            renewals.start(here, settings(here.log).renewMillis(), now);
            outbox.ask(new ChannelRequest.Renew(here.log, life, here.members.size()));
        }
    }

    long wakeAt() {
        return Math.min(graces.next(), renewals.next());
    }

    long life() {
        return life;
    }

    /** In the order in which they are due. */
    List<Held> all() {
        List<Held> all = new ArrayList<>(held.values());
        all.sort((a, b) -> Long.compare(a.due(), b.due()));
        return all;
    }

    void restore(long lifeSoFar) {
        life = lifeSoFar;
    }

    void restoreHeld(String log, long dueMillis) {
        Held here = new Held(log);
        held.put(log, here);
        renewals.startAt(here, settings(log).renewMillis(), dueMillis);
    }

    void restoreMember(Membership membership) {
        Objects.requireNonNull(held.get(membership.log)).members.put(membership.session.client, membership);
    }

    void restoreGrace(Membership membership, long dueMillis) {
        graces.startAt(membership, settings(membership.log).graceMillis(), dueMillis);
    }
}
