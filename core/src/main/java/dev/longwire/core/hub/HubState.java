// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.hub;

import dev.longwire.core.Limits;
import dev.longwire.core.deadline.Deadlines;
import dev.longwire.core.state.StateReader;
import dev.longwire.core.state.StateWriter;
import dev.longwire.protocol.Position;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A hub as plain values, and back. What it says: carriers with their state and time-outs, followed channels, sessions
 * with their subscriptions and answers. What it leaves to be worked out again: live sets and queues, which follow from
 * the cursors.
 */
final class HubState {

    private static final int VERSION = 6;

    private final Limits limits;
    private final Carriers carriers;
    private final Fanout fanout;
    private final Tolls tolls;
    private final Sessions sessions;
    private final Permits permits;

    HubState(Limits limits, Sessions sessions, Permits permits) {
        this.limits = limits;
        this.carriers = sessions.carriers();
        this.fanout = sessions.fanout();
        this.tolls = sessions.tolls();
        this.sessions = sessions;
        this.permits = permits;
    }

    void write(StateWriter out, long nowMillis) {
        out.number(VERSION);
        writeCarriers(out, nowMillis);
        writeFollowed(out);
        permits.revocations().write(out, nowMillis);
        permits.assignments().write(out);
        out.number(sessions.size());
        for (Session session : sessions.all()) {
            writeSession(out, session, nowMillis);
        }
        List<Session> parked = new ArrayList<>();
        sessions.parkedList().each(timed -> parked.add((Session) timed));
        out.number(parked.size());
        for (Session session : parked) {
            out.text(session.id);
            out.number(session.due() - nowMillis);
        }
        new PresenceState(sessions).write(out, nowMillis);
        tolls.write(out, nowMillis);
        LaneState.write(out, sessions.lanes(), nowMillis);
    }

    void read(StateReader in, long nowMillis, LongFunction<Object> homesEnds) {
        if (in.number() != VERSION) {
            throw new IllegalArgumentException("unknown version of a hub");
        }
        Map<Long, Carrier> byId = readCarriers(in, nowMillis, homesEnds);
        Map<String, Followed> channels = readFollowed(in);
        permits.revocations().read(in, nowMillis);
        permits.assignments().read(in);
        int count = in.count();
        for (int i = 0; i < count; i++) {
            Session session = SessionState.read(in, limits.replies(), nowMillis);
            Tolls.read(in, session, nowMillis);
            readSession(in, session, byId, channels);
            sessions.restore(session);
            permits.restore(session, nowMillis);
        }
        int parked = in.count();
        for (int i = 0; i < parked; i++) {
            Session session = Objects.requireNonNull(sessions.find(in.text()));
            sessions.parkedList().startAt(session, nowMillis + in.number());
        }
        new PresenceState(sessions).read(in, nowMillis);
        tolls.read(in, nowMillis);
        LaneState.read(in, sessions.lanes(), byId, nowMillis);
        for (Session session : sessions.all()) {
            for (Subscription subscription : session.subscriptions.values()) {
                if (!subscription.joining) {
                    fanout.restorePlace(subscription);
                }
            }
            sessions.lanes().restored(session, true);
        }
        sessions.all().forEach(sessions.lanes()::proceed);
    }

    private void writeCarriers(StateWriter out, long nowMillis) {
        out.number(carriers.size());
        for (Carrier carrier : carriers.all()) {
            out.number(carrier.id());
            out.number(carrier.form().ordinal());
            out.flag(carrier.verifying);
            out.flag(carrier.stalled);
            FrameState.write(out, carrier.pending);
            // A first poll has an answer before it has a session.
            PollState.writeOwn(out, carrier.session == null ? carrier.answer : null);
            out.number(carrier.bytes);
            tolls.write(out, carrier, nowMillis);
        }
        for (Deadlines list : carriers.lists()) {
            List<Carrier> timed = new ArrayList<>();
            list.each(each -> timed.add((Carrier) each));
            out.number(timed.size());
            for (Carrier carrier : timed) {
                out.number(carrier.id());
                out.number(carrier.due() - nowMillis);
            }
        }
    }

    private Map<Long, Carrier> readCarriers(StateReader in, long nowMillis, LongFunction<Object> homesEnds) {
        Map<Long, Carrier> byId = new LinkedHashMap<>();
        int count = in.count();
        for (int i = 0; i < count; i++) {
            Carrier carrier = new Carrier(in.number(), Carrier.Form.values()[in.count()]);
            carrier.verifying = in.flag();
            carrier.stalled = in.flag();
            carrier.pending = FrameState.read(in);
            carrier.answer = PollState.readOwn(in, carrier);
            carrier.bytes = in.count();
            Tolls.read(in, carrier, nowMillis);
            carrier.attach(homesEnds.apply(carrier.id()));
            carriers.restore(carrier);
            byId.put(carrier.id(), carrier);
        }
        for (Deadlines list : carriers.lists()) {
            int timed = in.count();
            for (int i = 0; i < timed; i++) {
                Carrier carrier = Objects.requireNonNull(byId.get(in.number()));
                list.startAt(carrier, nowMillis + in.number());
            }
        }
        return byId;
    }

    private void writeFollowed(StateWriter out) {
        out.number(fanout.generations());
        List<Followed> all = new ArrayList<>();
        fanout.all().forEach(all::add);
        out.number(all.size());
        for (Followed channel : all) {
            out.text(channel.name);
            out.number(channel.generation);
            out.text(channel.epoch);
            out.number(channel.head);
            out.flag(channel.reading);
        }
    }

    private Map<String, Followed> readFollowed(StateReader in) {
        long generations = in.number();
        Map<String, Followed> channels = new LinkedHashMap<>();
        int count = in.count();
        for (int i = 0; i < count; i++) {
            Followed channel = new Followed(in.text(), in.number());
            channel.epoch = in.text();
            channel.head = in.number();
            channel.reading = in.flag();
            channels.put(channel.name, channel);
        }
        fanout.restore(generations, channels.values());
        return channels;
    }

    private void writeSession(StateWriter out, Session session, long nowMillis) {
        SessionState.write(out, session, nowMillis);
        tolls.write(out, session, nowMillis);
        out.flag(session.carrier != null);
        out.number(session.carrier == null ? 0 : session.carrier.id());
        PollState.write(out, session.polling);
        out.number(session.subscriptions.size());
        for (Subscription subscription : session.subscriptions.values()) {
            writeSubscription(out, subscription);
        }
        FrameState.write(out, session.pages);
        out.flag(session.paging);
        Subscription reading = session.reading;
        out.flag(reading != null);
        boolean still =
                reading != null && reading.catching && session.subscriptions.get(reading.channel.name) == reading;
        if (reading != null) {
            out.text(reading.channel.name);
            out.flag(still);
            out.number(session.readTurn);
        }
    }

    private static void readSession(
            StateReader in, Session session, Map<Long, Carrier> byId, Map<String, Followed> channels) {
        boolean attached = in.flag();
        long carrierId = in.number();
        if (attached) {
            Carrier carrier = Objects.requireNonNull(byId.get(carrierId));
            session.carrier = carrier;
            carrier.session = session;
        }
        session.polling = PollState.read(in, session, byId);
        int count = in.count();
        for (int i = 0; i < count; i++) {
            readSubscription(in, session, channels);
        }
        session.pages = FrameState.readRequests(in);
        session.paging = in.flag();
        if (in.flag()) {
            session.reading = reading(session, in.text(), in.flag());
            session.readTurn = in.number();
        }
    }

    /** The subscription that awaits a read; or, where it has gone meanwhile, one that belongs to nobody. */
    private static Subscription reading(Session session, String channel, boolean still) {
        Subscription subscription = still ? session.subscriptions.get(channel) : null;
        if (subscription == null) {
            return new Subscription(session, new Followed(channel, 0));
        }
        subscription.catching = true;
        return subscription;
    }

    private static void position(StateWriter out, @Nullable Position position) {
        out.flag(position != null);
        if (position != null) {
            out.text(position.epoch());
            out.number(position.offset());
        }
    }

    private static @Nullable Position position(StateReader in) {
        return in.flag() ? new Position(in.text(), in.number()) : null;
    }

    private static void writeSubscription(StateWriter out, Subscription subscription) {
        out.text(subscription.channel.name);
        out.text(subscription.epoch);
        out.number(subscription.position());
        out.flag(subscription.joining);
        out.number(subscription.promised);
        out.number(subscription.joinTurn);
        out.number(subscription.joinId);
        out.flag(subscription.presence);
        position(out, subscription.presenceSince);
        out.flag(subscription.told);
        out.flag(subscription.alongside);
        out.flag(subscription.assigned);
        Sync sync = subscription.sync;
        out.flag(sync != null);
        if (sync != null) {
            out.text(sync.after);
            position(out, sync.at);
        }
        ArrayDeque<?> waiting = subscription.waiting;
        FrameState.write(out, waiting);
    }

    private static void readSubscription(StateReader in, Session session, Map<String, Followed> channels) {
        Followed channel = Objects.requireNonNull(channels.get(in.text()));
        Subscription subscription = new Subscription(session, channel);
        subscription.epoch = in.text();
        subscription.cursor = in.number();
        subscription.joining = in.flag();
        subscription.promised = in.number();
        subscription.joinTurn = in.number();
        subscription.joinId = in.number();
        subscription.presence = in.flag();
        subscription.presenceSince = position(in);
        subscription.told = in.flag();
        subscription.alongside = in.flag();
        subscription.assigned = in.flag();
        if (in.flag()) {
            Sync sync = new Sync();
            sync.after = in.text();
            sync.at = position(in);
            subscription.sync = sync;
        }
        session.observed += channel.presence ? 1 : 0;
        subscription.waiting = FrameState.readRequests(in);
        channel.subscribers++;
        session.subscriptions.put(channel.name, subscription);
    }
}
