// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.hub;

import dev.longwire.core.Limits;
import dev.longwire.core.deadline.Deadlines;
import dev.longwire.core.deadline.Timed;
import dev.longwire.protocol.ClientFrame.Connect;
import dev.longwire.protocol.ClientFrame.Resume;
import dev.longwire.protocol.CloseCode;
import dev.longwire.protocol.ErrorCode;
import dev.longwire.protocol.ServerFrame.Connected;
import dev.longwire.protocol.ServerFrame.Error;
import dev.longwire.protocol.Want;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The sessions of a hub: how carriers attach to them, and how they end. */
final class Sessions {

    private final Limits limits;
    private final Outbox outbox;
    private final Carriers carriers;
    private final Fanout fanout;
    private final Map<String, Session> sessions = new LinkedHashMap<>();
    private final Deadlines parked;

    Sessions(Limits limits, Outbox outbox, Carriers carriers, Fanout fanout) {
        this.limits = limits;
        this.outbox = outbox;
        this.carriers = carriers;
        this.fanout = fanout;
        this.parked = new Deadlines(limits.windowMillis());
    }

    @Nullable Session find(String id) {
        return sessions.get(id);
    }

    Iterable<Session> all() {
        return sessions.values();
    }

    int size() {
        return sessions.size();
    }

    Deadlines parkedList() {
        return parked;
    }

    void restore(Session session) {
        sessions.put(session.id, session);
    }

    /** Attaches a carrier whose client is known: to the session it names, where that is still here, else to a new one. */
    void attach(HubInput.Verified verified, long nowMillis) {
        Carrier carrier = verified.carrier();
        Connect connect = verified.connect();
        Session session = verified.resume() == null ? null : sessions.get(verified.resume());
        boolean resumed = session != null
                && Objects.equals(
                        session.principal.user(), verified.principal().user());
        if (session == null || !resumed) {
            session = new Session(
                    verified.fresh().session(), verified.fresh().client(), verified.principal(), limits.replies());
            sessions.put(session.id, session);
        } else if (verified.turn() <= session.turn) {
            // A late attempt: a later one has the session. It must not win, whatever order they arrive in.
            outbox.goodbye(carrier, CloseCode.REPLACED, 0);
            carriers.forget(carrier);
            return;
        } else {
            replace(session);
        }
        session.principal = verified.principal();
        session.agent = connect.agent();
        session.turn = verified.turn();
        session.carrier = carrier;
        carrier.session = session;
        carriers.connected(carrier, nowMillis);
        Deadlines.stop(session);
        outbox.send(
                carrier,
                new Connected(
                        connect.id(),
                        session.id,
                        session.client,
                        resumed,
                        session.turn,
                        session.principal.user(),
                        limits.pingMillis(),
                        limits.windowMillis(),
                        session.principal.expiresAtMillis(),
                        limits.dedupeMillis()));
        subscribe(session, connect.resume());
    }

    /** The list in {@code resume} is the truth about the client's own subscriptions: each begins anew where it says. */
    private void subscribe(Session session, @Nullable Resume resume) {
        for (Subscription old : List.copyOf(session.subscriptions.values())) {
            if (old.joining) {
                // Its answer will be known as late; the client sends the request again.
                session.replies.forget(old.joinId);
            }
            fanout.leave(old);
        }
        if (resume == null) {
            return;
        }
        Set<String> seen = new LinkedHashSet<>();
        for (Want want : resume.channels()) {
            Carrier carrier = Objects.requireNonNull(session.carrier);
            if (!seen.add(want.channel())) {
                continue;
            }
            if (session.subscriptions.size() >= limits.subscriptions()) {
                outbox.send(carrier, new Error(0, ErrorCode.TOO_MANY_SUBSCRIPTIONS, null, 0));
                return;
            }
            fanout.join(session, want, 0);
        }
    }

    private void replace(Session session) {
        Carrier old = session.carrier;
        if (old != null) {
            detach(session);
            outbox.goodbye(old, CloseCode.REPLACED, 0);
            carriers.forget(old);
        }
    }

    /** The carrier is gone; its session, if it has one, waits for another. */
    void lost(Carrier carrier, long nowMillis) {
        Session session = carrier.session;
        carriers.forget(carrier);
        if (session != null && session.carrier == carrier) {
            detach(session);
            parked.start(session, nowMillis);
        }
    }

    private void detach(Session session) {
        fanout.park(session);
        session.carrier = null;
    }

    /** Tells the client, and parks the session: what it missed is in the logs. */
    void cut(Session session, CloseCode code, long nowMillis) {
        Carrier carrier = session.carrier;
        if (carrier != null) {
            outbox.goodbye(carrier, code, 0);
            lost(carrier, nowMillis);
        }
    }

    /** Ends a session for good. */
    void end(Session session) {
        Carrier carrier = session.carrier;
        if (carrier != null) {
            detach(session);
            carriers.forget(carrier);
        }
        for (Subscription subscription : List.copyOf(session.subscriptions.values())) {
            fanout.leave(subscription);
        }
        Deadlines.stop(session);
        sessions.remove(session.id);
    }

    void kick(String id, CloseCode code) {
        Session session = sessions.get(id);
        if (session != null) {
            if (session.carrier != null) {
                outbox.goodbye(session.carrier, code, 0);
            }
            end(session);
        }
    }

    /** Tells every client when to come back, each at its own moment, so that they do not come all at once. */
    void drain(long spreadMillis, long nowMillis) {
        List<Carrier> all = new ArrayList<>();
        carriers.all().forEach(all::add);
        for (int i = 0; i < all.size(); i++) {
            outbox.goodbye(all.get(i), CloseCode.SHUTDOWN, spreadMillis * i / all.size());
            lost(all.get(i), nowMillis);
        }
    }

    void tick(long nowMillis) {
        for (Timed due = parked.expired(nowMillis); due != null; due = parked.expired(nowMillis)) {
            end((Session) due);
        }
    }

    long wakeAt() {
        return parked.next();
    }
}
