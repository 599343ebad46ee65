// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.hub;

import dev.longwire.core.Limits;
import dev.longwire.core.access.Narrowing;
import dev.longwire.core.rate.Limit;
import dev.longwire.core.rate.Meter;
import dev.longwire.core.rate.Rate;
import dev.longwire.core.rate.Rates;
import dev.longwire.core.rate.Variety;
import dev.longwire.core.state.StateReader;
import dev.longwire.core.state.StateWriter;
import dev.longwire.protocol.ClientFrame;
import dev.longwire.protocol.ClientFrame.Request;
import dev.longwire.protocol.Payload;
import dev.longwire.protocol.Want;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What everything that comes in costs, in one place for all carriers. A session's account goes with it from carrier to
 * carrier; a carrier without a session has one of its own, which the session takes over.
 */
final class Tolls {

    /** Users looked at when a new one comes, so that those who rest are forgotten as fast as others come. */
    private static final int LOOKS = 2;

    private final Rates rates;
    private final Outbox outbox;

    /** The names of channels that a user's sessions use here, the longest unseen user first. */
    private final Map<String, Variety> byUser = new LinkedHashMap<>();

    Tolls(Limits limits, Outbox outbox) {
        this.rates = limits.rates();
        this.outbox = outbox;
    }

    /** Counts something that came, and says what is to become of it. */
    Meter.Verdict take(Carrier carrier, @Nullable Session session, long bytes, long nowMillis) {
        Meter meter = session == null ? carrier.meter : session.meter;
        if (meter == null) {
            meter = new Meter();
            carrier.meter = meter;
        }
        Meter.Verdict verdict = meter.take(session == null ? rates : session.rates(rates), bytes, nowMillis);
        if (verdict != Meter.Verdict.TAKEN) {
            hit(limit(verdict), session);
        }
        return verdict;
    }

    private static Limit limit(Meter.Verdict verdict) {
        return switch (verdict) {
            case FRAMES -> Limit.FRAMES;
            case BYTES, TAKEN -> Limit.BYTES;
            case FLOOD -> Limit.FLOOD;
        };
    }

    void hit(Limit limit, @Nullable Session session) {
        outbox.add(new HubOutput.LimitHit(limit, session));
        outbox.chronicle().limit(session, limit);
    }

    /** A session is attached: what its carrier brought before is the session's. */
    void attach(Session session, Carrier carrier, long nowMillis) {
        if (carrier.meter != null) {
            session.meter.add(session.rates(rates), carrier.meter, nowMillis);
            carrier.meter = null;
        }
    }

    /**
     * Counts the channel that a request names, unless the session is subscribed to it.
     *
     * @return 0, or after how many ms another try may help
     */
    long name(Session session, Request request, long nowMillis) {
        String channel = channel(request);
        if (channel == null || rates.channels().unlimited() || session.subscriptions.containsKey(channel)) {
            return 0;
        }
        Variety variety = variety(session.principal.user(), session, nowMillis);
        if (variety.take(rates.channels(), channel, nowMillis)) {
            return 0;
        }
        hit(Limit.CHANNELS, session);
        return variety.waitMillis(nowMillis);
    }

    /**
     * Counts a message that a session publishes, where its token has a limit of that.
     *
     * @return 0, or after how many ms another try may help
     */
    long publish(Session session, Request request, long nowMillis) {
        Rate rate = session.principal.narrowing().publishes();
        if (!(request instanceof ClientFrame.Publish) || session.publishes.take(rate, 1, nowMillis)) {
            return 0;
        }
        hit(Limit.PUBLISHES, session);
        return session.publishes.waitMillis(nowMillis);
    }

    /** Whether what a request brings is longer than the session's token allows. */
    static boolean tooLong(Session session, Request request) {
        Narrowing narrowing = session.principal.narrowing();
        Payload payload = switch (request) {
            case ClientFrame.Publish publish -> publish.payload();
            case ClientFrame.Call call -> call.payload();
            case ClientFrame.Presence presence -> presence.state();
            case ClientFrame.Subscribe subscribe -> null;
            case ClientFrame.History history -> null;
            case ClientFrame.Unsubscribe unsubscribe -> null;
            case ClientFrame.Subscriptions list -> null;
            case ClientFrame.Refresh refresh -> null;
            case ClientFrame.Connect connect -> null;
        };
        return payload != null && narrowing.tooLong(payload.bytes().length);
    }

    /**
     * Counts the channels that an attach names, all or none.
     *
     * @param session the one that it comes back to; null for a new one
     * @return 0, or after how many ms another try may help
     */
    long names(@Nullable String user, @Nullable Session session, List<Want> wants, long nowMillis) {
        Rate rate = rates.channels();
        if (wants.isEmpty() || rate.unlimited() || user == null && session == null) {
            return 0;
        }
        Variety variety = variety(user, session, nowMillis);
        List<String> channels = new ArrayList<>();
        wants.forEach(want -> channels.add(want.channel()));
        if (variety.takeAll(rate, channels, nowMillis)) {
            return 0;
        }
        hit(Limit.CHANNELS, session);
        return variety.waitMillis(nowMillis);
    }

    private Variety variety(@Nullable String user, @Nullable Session session, long nowMillis) {
        if (user == null && session != null) {
            Variety own = session.variety;
            if (own == null) {
                own = new Variety();
                session.variety = own;
            }
            return own;
        }
        String name = user == null ? "" : user;
        Variety known = byUser.get(name);
        if (known == null) {
            forget(nowMillis);
            known = new Variety();
            byUser.put(name, known);
        }
        return known;
    }

    /** Of the longest unseen, those who rest go; the others are looked at again when it is their turn. */
    private void forget(long nowMillis) {
        for (int i = 0; i < LOOKS && !byUser.isEmpty(); i++) {
            Iterator<Map.Entry<String, Variety>> all = byUser.entrySet().iterator();
            Map.Entry<String, Variety> eldest = all.next();
            String user = eldest.getKey();
            Variety variety = eldest.getValue();
            all.remove();
            if (!variety.rested(rates.channels(), nowMillis)) {
                byUser.put(user, variety);
            }
        }
    }

    private static @Nullable String channel(Request request) {
        return switch (request) {
            case ClientFrame.Subscribe subscribe -> subscribe.want().channel();
            case ClientFrame.Publish publish -> publish.channel();
            case ClientFrame.History history -> history.channel();
            case ClientFrame.Presence presence -> presence.channel();
            case ClientFrame.Unsubscribe unsubscribe -> null;
            case ClientFrame.Subscriptions list -> null;
            case ClientFrame.Call call -> null;
            case ClientFrame.Refresh refresh -> null;
            case ClientFrame.Connect connect -> null;
        };
    }

    void write(StateWriter out, long nowMillis) {
        out.number(byUser.size());
        byUser.forEach((user, variety) -> {
            out.text(user);
            variety.write(out, rates.channels(), nowMillis);
        });
    }

    void read(StateReader in, long nowMillis) {
        for (int left = in.count(); left > 0; left--) {
            String user = in.text();
            byUser.put(user, Variety.read(in, nowMillis));
        }
    }

    /** The account of a session, as values. */
    void write(StateWriter out, Session session, long nowMillis) {
        session.meter.write(out, session.rates(rates), nowMillis);
        session.publishes.write(out, session.principal.narrowing().publishes(), nowMillis);
        writeVariety(out, session.variety, nowMillis);
    }

    private void writeVariety(StateWriter out, @Nullable Variety variety, long nowMillis) {
        out.flag(variety != null);
        if (variety != null) {
            variety.write(out, rates.channels(), nowMillis);
        }
    }

    static void read(StateReader in, Session session, long nowMillis) {
        session.meter = Meter.read(in, nowMillis);
        session.publishes.read(in, nowMillis);
        session.variety = in.flag() ? Variety.read(in, nowMillis) : null;
    }

    /** The account of a carrier that has no session yet. */
    void write(StateWriter out, Carrier carrier, long nowMillis) {
        out.flag(carrier.meter != null);
        if (carrier.meter != null) {
            carrier.meter.write(out, rates, nowMillis);
        }
    }

    static void read(StateReader in, Carrier carrier, long nowMillis) {
        carrier.meter = in.flag() ? Meter.read(in, nowMillis) : null;
    }
}
