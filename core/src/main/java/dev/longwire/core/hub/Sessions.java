// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.hub;

import dev.longwire.core.Limits;
import dev.longwire.core.deadline.Deadlines;
import dev.longwire.core.deadline.Timed;
import dev.longwire.core.state.StateReader;
import dev.longwire.core.state.StateWriter;
import dev.longwire.protocol.ClientFrame.Connect;
import dev.longwire.protocol.ClientFrame.Resume;
import dev.longwire.protocol.CloseCode;
import dev.longwire.protocol.ErrorCode;
import dev.longwire.protocol.ServerFrame.Connected;
import dev.longwire.protocol.ServerFrame.Error;
import dev.longwire.protocol.ServerFrame.Unsubscribed;
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
    private final Presences presences;
    private final Rights rights;
    private final Tolls tolls;
    private final Lanes lanes;
    private final Map<String, Session> sessions = new LinkedHashMap<>();
    private final Map<String, Session> byNonce = new LinkedHashMap<>();
    private final Deadlines parked;

    Sessions(Rules rules, Carriers carriers, Fanout fanout, Presences presences, Tolls tolls) {
        this.limits = rules.limits();
        this.outbox = fanout.outbox();
        this.carriers = carriers;
        this.fanout = fanout;
        this.presences = presences;
        this.rights = rules.rights();
        this.tolls = tolls;
        this.lanes = new Lanes(rules, outbox);
        this.parked = new Deadlines(rules.limits().windowMillis());
    }

    @Nullable
    Session find(String id) {
        return sessions.get(id);
    }

    Iterable<Session> all() {
        return sessions.values();
    }

    int size() {
        return sessions.size();
    }

    Fanout fanout() {
        return fanout;
    }

    Outbox outbox() {
        return outbox;
    }

    Carriers carriers() {
        return carriers;
    }

    Presences presences() {
        return presences;
    }

    Lanes lanes() {
        return lanes;
    }

    Tolls tolls() {
        return tolls;
    }

    Deadlines parkedList() {
        return parked;
    }

    void restore(Session session) {
        sessions.put(session.id, session);
        if (session.nonce != null) {
            byNonce.put(session.nonce, session);
        }
    }

    /**
     * The session that an earlier copy of this poll made, if its first answer has not been confirmed yet: whoever lost
     * that answer knows no ticket, and would otherwise run everything twice. A client's next attempt has the same nonce
     * but a higher turn: that is no copy.
     */
    @Nullable
    Session madeBy(HubInput.Verified verified) {
        Connect connect = verified.connect();
        Session session =
                connect.nonce() == null || verified.carrier().answer == null ? null : byNonce.get(connect.nonce());
        boolean same = session != null
                && session.polling != null
                && session.polling.find(1) != null
                && session.turn == verified.turn()
                && Objects.equals(session.principal.user(), verified.principal().user());
        return same ? session : null;
    }

    /** 0, or how long a client has to wait that comes with more new names of channels than it may use. */
    long namesTooMany(HubInput.Verified verified, long nowMillis) {
        Resume resume = verified.connect().resume();
        if (resume == null) {
            return 0;
        }
        String user = verified.principal().user();
        Session session = verified.resume() == null ? null : sessions.get(verified.resume());
        boolean own = session != null && Objects.equals(session.principal.user(), user);
        return tolls.names(user, own ? session : null, resume.channels(), nowMillis);
    }

    /** Attaches a carrier whose client is known: to the session it names, where that is still here, else to a new one. */
    void attach(HubInput.Verified verified, long nowMillis) {
        Carrier carrier = verified.carrier();
        Connect connect = verified.connect();
        Session session = verified.resume() == null ? null : sessions.get(verified.resume());
        boolean resumed = session != null
                && Objects.equals(session.principal.user(), verified.principal().user());
        if (session == null || !resumed) {
            session = new Session(
                    verified.fresh().session(), verified.fresh().client(), verified.principal(), limits.replies());
            session.firstTurn = verified.turn();
            sessions.put(session.id, session);
        } else if (verified.turn() <= session.turn) {
            // A late attempt: a later one has the session. It must not win, whatever order they arrive in.
            outbox.goodbye(carrier, CloseCode.REPLACED, 0);
            carriers.forget(carrier);
            return;
        } else {
            replace(session);
            session.replies.renew();
            lanes.renew(session);
            Pages.forget(session);
        }
        session.onItsWay = false;
        session.speaksFor(verified.principal());
        session.lapsed = false;
        session.agent = connect.agent();
        session.turn = verified.turn();
        session.carrier = carrier;
        carrier.session = session;
        tolls.attach(session, carrier, nowMillis);
        begin(session, carrier, connect, nowMillis);
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
        outbox.chronicle().attached(session, resumed);
        presences.recheck(session, Rights.LOST);
        presences.unparked(session);
        subscribe(session, connect.resume());
        lanes.proceed(session);
    }

    /** A join whose answer will be known as late, and what waits for it, have not run: the client asks again. */
    private static void abandon(Session session, Subscription subscription) {
        if (subscription.joining) {
            session.replies.forget(subscription.joinId);
            if (subscription.waiting != null) {
                subscription.waiting.forEach(request -> session.replies.forget(request.id()));
            }
        }
    }

    /** What a turn begins with depends on what drains it. */
    private void begin(Session session, Carrier carrier, Connect connect, long nowMillis) {
        session.polling = null;
        if (carrier.form() == Carrier.Form.POLL || carrier.form() == Carrier.Form.STREAM) {
            Polling polling = new Polling();
            polling.executed = 1;
            session.polling = polling;
            if (carrier.answer == null) {
                polling.confirmed = 1;
            } else {
                polling.answers.add(carrier.answer);
            }
        }
        if (carrier.form() != Carrier.Form.POLL) {
            carriers.connected(carrier, nowMillis);
        } else if (session.nonce == null && connect.nonce() != null) {
            session.nonce = connect.nonce();
            byNonce.put(connect.nonce(), session);
        }
    }

    /** The list in {@code resume} is the truth about the client's own subscriptions: each begins anew where it says. */
    private void subscribe(Session session, @Nullable Resume resume) {
        outbox.chronicle().rejoining(session);
        for (Subscription old : List.copyOf(session.subscriptions.values())) {
            abandon(session, old);
            fanout.leave(old);
        }
        if (resume != null) {
            rejoin(session, resume);
        }
        rights.assignments().of(session.principal.user()).forEach(channel -> assigned(session, channel));
        outbox.chronicle().rejoined(session);
    }

    private void rejoin(Session session, Resume resume) {
        Set<String> seen = new LinkedHashSet<>();
        for (Want want : resume.channels()) {
            Carrier carrier = Objects.requireNonNull(session.carrier);
            if (!seen.add(want.channel())) {
                continue;
            }
            if (!rights.subscribe(session, want)) {
                outbox.send(carrier, new Unsubscribed(0, want.channel(), Rights.LOST));
                outbox.chronicle().lost(session, want.channel(), Rights.LOST);
                continue;
            }
            if (session.subscriptionCount() >= session.mostSubscriptions(limits)) {
                outbox.send(carrier, new Error(0, ErrorCode.TOO_MANY_SUBSCRIPTIONS, null, 0));
                return;
            }
            if (!lanes.rejoins(session, want)) {
                join(session, want);
            }
        }
    }

    /** The application has subscribed its user to a channel; a session between two attaches hears of it at the next. */
    void assigned(Session session, String channel) {
        boolean here = session.carrier != null || session.polling != null;
        boolean free = !session.subscriptions.containsKey(channel) && !Lanes.rejoining(session, channel);
        if (here && free && !session.lapsed && session.subscriptionCount() < session.mostSubscriptions(limits)) {
            Subscription joined = fanout.join(session, new Want(channel, null, 0, false), 0);
            joined.assigned = true;
            outbox.chronicle().rejoined(joined);
        }
    }

    private void join(Session session, Want want) {
        outbox.chronicle().rejoined(fanout.join(session, want, 0));
    }

    /** A channel of {@code resume} that waited for the backend. */
    void joinLate(Session session, Want want) {
        if (!session.subscriptions.containsKey(want.channel())
                && session.subscriptionCount() < session.mostSubscriptions(limits)) {
            join(session, want);
        }
    }

    /** A later attach takes the session from whatever drained it, and from polls that wait or are written again. */
    private void replace(Session session) {
        List<Carrier> old = new ArrayList<>();
        if (session.carrier != null) {
            old.add(session.carrier);
            detach(session);
        }
        endPolling(session, old);
        for (Carrier carrier : old) {
            carrier.answer = null;
            outbox.goodbye(carrier, CloseCode.REPLACED, 0);
            carriers.forget(carrier);
        }
    }

    /** No poll of this turn runs any more. Its open ones are added to a list. */
    private static void endPolling(Session session, List<Carrier> open) {
        Polling polling = session.polling;
        if (polling != null) {
            polling.answers.forEach(answer -> addIfOpen(open, answer.carrier));
            polling.early.forEach(early -> addIfOpen(open, early.carrier()));
            polling.repeats.forEach(repeat -> addIfOpen(open, repeat.carrier));
            session.polling = null;
        }
    }

    private static void addIfOpen(List<Carrier> list, @Nullable Carrier carrier) {
        if (carrier != null && !carrier.closed && !list.contains(carrier)) {
            list.add(carrier);
        }
    }

    /** The carrier is gone; its session, if it has one, waits for another. */
    void lost(Carrier carrier, long nowMillis) {
        Session session = carrier.session;
        carriers.forget(carrier);
        if (session != null && session.polling != null) {
            session.polling.lost(carrier);
        }
        if (session != null && session.carrier == carrier) {
            detach(session);
            if (carrier.form() == Carrier.Form.STREAM) {
                endStreamsTurn(session);
            }
            parked(session, nowMillis);
        }
    }

    /**
     * Nobody knows how much of a stream arrived. A poll of its turn that went on behind what was written would hide a
     * hole, so none does: the client comes back with its positions.
     */
    private void endStreamsTurn(Session session) {
        List<Carrier> open = new ArrayList<>();
        endPolling(session, open);
        for (Carrier carrier : open) {
            carrier.answer = null;
            outbox.add(new HubOutput.Reject(carrier, ErrorCode.POLL_SUPERSEDED));
            carriers.forget(carrier);
        }
    }

    /** The session has no carrier: its window begins. */
    void parked(Session session, long nowMillis) {
        parked.start(session, nowMillis);
        presences.parked(session);
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

    /**
     * The session's token has ended. Whatever drains it is told so, and it waits for an attach with a fresh one: what it
     * misses is in the logs.
     */
    void lapse(Session session, long nowMillis) {
        session.lapsed = true;
        lanes.lapsed(session);
        List<Carrier> open = new ArrayList<>();
        if (session.carrier != null) {
            open.add(session.carrier);
            detach(session);
            parked(session, nowMillis);
        }
        endPolling(session, open);
        for (Carrier carrier : open) {
            carrier.answer = null;
            outbox.goodbye(carrier, CloseCode.TOKEN_EXPIRED, 0);
            carriers.forget(carrier);
        }
    }

    /** Ends a session for good. */
    void end(Session session, CloseCode why) {
        presences.ended(session);
        outbox.chronicle().rejoining(session);
        remove(session);
        outbox.chronicle().closed(session, why);
        outbox.add(new HubOutput.Ended(session.id));
    }

    private void remove(Session session) {
        Carrier carrier = session.carrier;
        if (carrier != null) {
            detach(session);
            carriers.forget(carrier);
        }
        replace(session);
        for (Subscription subscription : List.copyOf(session.subscriptions.values())) {
            fanout.leave(subscription);
        }
        Deadlines.stop(session);
        Permits.forget(session);
        lanes.forget(session);
        sessions.remove(session.id);
        if (session.nonce != null) {
            byNonce.remove(session.nonce, session);
        }
    }

    void kick(String id, CloseCode code) {
        Session session = sessions.get(id);
        if (session != null) {
            Carrier carrier = session.carrier;
            if (carrier != null) {
                outbox.goodbye(carrier, code, 0);
            }
            end(session, code);
        }
    }

    /** Hands a session over to another hub; or says that it stays. */
    void release(HubInput.Release request, long nowMillis) {
        Session session = sessions.get(request.session());
        byte[] state = null;
        if (session != null && request.turn() > session.turn) {
            replace(session);
            session.subscriptions.values().forEach(each -> abandon(session, each));
            presences.handedOver(session);
            outbox.chronicle().rejoining(session);
            StateWriter out = new StateWriter();
            SessionState.write(out, session, nowMillis);
            tolls.write(out, session, nowMillis);
            state = out.toBytes();
            remove(session);
        }
        boolean overtaken = session != null && state == null;
        outbox.add(new HubOutput.Released(request.session(), request.asker(), state, overtaken));
    }

    /** Takes a session from another hub; it has no carrier until the attach that follows. */
    Session adopt(byte[] state, long nowMillis) {
        StateReader in = new StateReader(state);
        Session session = SessionState.read(in, limits.replies(), nowMillis);
        Tolls.read(in, session, nowMillis);
        session.onItsWay = true;
        restore(session);
        parked(session, nowMillis);
        return session;
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
            end((Session) due, CloseCode.EXPIRED);
        }
    }

    long wakeAt() {
        return parked.next();
    }
}
