// SPDX-License-Identifier: Apache-2.0
package dev.longwire.simulation.trace;

import dev.longwire.core.event.Event;
import dev.longwire.core.event.Users;
import dev.longwire.core.hub.Session;
import dev.longwire.core.presence.PresenceName;
import dev.longwire.protocol.CloseCode;
import dev.longwire.protocol.Member;
import dev.longwire.simulation.ground.Counters;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a reader of the events may rely on, held against every event in the order of their log: sessions open once and
 * close once, subscriptions and channels alternate, versions and offsets grow. A hub that crashes tells nothing of those who
 * were there, and an owner that lost its logs begins anew.
 */
final class EventTrace {

    /** A session, from its first event to its last. */
    private static final class Life {
        final int crashesBefore;
        final Set<String> channels = new LinkedHashSet<>();
        long turn = 1;

        Life(int crashesBefore) {
            this.crashesBefore = crashesBefore;
        }
    }

    private final Truth truth;
    private final Counters counters;
    private final Users users = new Users();
    private final Set<String> online = new LinkedHashSet<>();
    private final Map<String, Life> open = new LinkedHashMap<>();
    private final Set<String> closed = new LinkedHashSet<>();
    private final Map<String, Boolean> occupied = new LinkedHashMap<>();
    private final Map<String, Long> offsets = new LinkedHashMap<>();
    private final Map<String, Long> versions = new LinkedHashMap<>();
    private final Set<String> present = new LinkedHashSet<>();
    private int crashes;

    EventTrace(Truth truth, Counters counters) {
        this.truth = truth;
        this.counters = counters;
    }

    private static Broken broken(String what) {
        return new Broken(0, "events: " + what);
    }

    // ---- sessions

    void hubCrashed() {
        crashes++;
    }

    void session(Event.OfSession event, long wallMillis) {
        counters.count("told " + event.type().label());
        String client = event.client();
        if (event instanceof Event.SessionOpened) {
            if (closed.contains(client) || open.put(client, new Life(crashes)) != null) {
                throw broken(client + " opens twice");
            }
        } else {
            Life life = open.get(client);
            if (life == null) {
                throw broken("there is no session for " + event);
            }
            live(client, life, event);
        }
        user(users.after(event, wallMillis));
    }

    private void live(String client, Life life, Event.OfSession event) {
        switch (event) {
            case Event.SessionResumed resumed -> {
                if (resumed.turn() <= life.turn) {
                    throw broken(resumed + " after turn " + life.turn);
                }
                life.turn = resumed.turn();
            }
            case Event.SessionSubscribed subscribed -> {
                if (!life.channels.add(subscribed.channel())) {
                    throw broken("twice: " + subscribed);
                }
            }
            case Event.SessionUnsubscribed gone -> {
                if (!life.channels.remove(gone.channel())) {
                    throw broken("never subscribed: " + gone);
                }
            }
            case Event.SessionClosed(Event.Who who, CloseCode code) -> {
                if (!life.channels.isEmpty()) {
                    throw broken(who + " closes with " + code + " and still has " + life.channels);
                }
                open.remove(client);
                closed.add(client);
            }
            default -> {}
        }
    }

    private void user(@Nullable Event event) {
        if (event instanceof Event.UserOnline(String user, long version)) {
            grows("user " + user, version);
            if (!online.add(user)) {
                throw broken("online twice: " + user);
            }
        } else if (event instanceof Event.UserOffline(String user, long version)) {
            grows("user " + user, version);
            if (!online.remove(user)) {
                throw broken("offline twice: " + user);
            }
        }
    }

    private void grows(String what, long version) {
        Long before = versions.put(what, version);
        if (before != null && version <= before) {
            throw broken(what + " has version " + version + " after " + before);
        }
    }

    // ---- channels

    /** What an owner told of these logs begins anew. */
    void ownerLost(Iterable<String> logs) {
        for (String log : logs) {
            if (PresenceName.is(log)) {
                String prefix = PresenceName.channel(log) + " ";
                present.removeIf(key -> key.startsWith(prefix));
                versions.keySet().removeIf(key -> key.startsWith(prefix));
            } else {
                occupied.remove(log);
            }
        }
    }

    void channel(Event event) {
        counters.count("told " + event.type().label());
        switch (event) {
            case Event.ChannelOccupied(String channel) -> alternates(channel, true);
            case Event.ChannelVacated(String channel) -> alternates(channel, false);
            case Event.MessagePublished published -> published(published);
            case Event.OfMember member -> member(member);
            default -> {}
        }
    }

    private void alternates(String channel, boolean now) {
        if (occupied.getOrDefault(channel, false) == now) {
            throw broken(channel + (now ? " is occupied" : " is vacated") + " twice");
        }
        occupied.put(channel, now);
    }

    private void published(Event.MessagePublished event) {
        String log = event.channel() + " " + event.at().epoch();
        long before = offsets.getOrDefault(log, 0L);
        if (event.at().offset() != before + 1 || truth.at(event.channel(), event.at()) == null) {
            throw broken(event.channel() + ": published " + event.at() + " after " + before);
        }
        offsets.put(log, before + 1);
    }

    private void member(Event.OfMember event) {
        Member member = event.member();
        String key = event.channel() + " " + (member.user() == null ? "c:" + member.client() : "u:" + member.user());
        grows(key, member.version());
        boolean fits = switch (event) {
            case Event.MemberJoined joined -> present.add(key);
            case Event.MemberUpdated updated -> present.contains(key);
            case Event.MemberLeft left -> present.remove(key);
        };
        if (!fits) {
            throw broken("does not fit: " + event);
        }
    }

    // ---- the end

    /** Nothing has gone on for a while: these sessions are there, and nobody else. */
    void atRest(List<Session> sessions, Iterable<String> channels) {
        Set<String> there = new LinkedHashSet<>();
        Set<String> read = new LinkedHashSet<>();
        for (Session session : sessions) {
            there.add(session.client());
            Life life = open.get(session.client());
            if (life == null) {
                throw broken(session.client() + " is there and was never told of, or of its end");
            }
            List<String> subscribed = new ArrayList<>();
            for (String channel : channels) {
                if (session.subscribedTo(channel)) {
                    subscribed.add(channel);
                    read.add(channel);
                }
            }
            if (!life.channels.equals(Set.copyOf(subscribed))) {
                throw broken(session.client() + " has " + subscribed + ", told was " + life.channels);
            }
        }
        open.forEach((client, life) -> {
            if (!there.contains(client) && life.crashesBefore == crashes) {
                throw broken(client + " is gone and nobody was told");
            }
        });
        for (String channel : channels) {
            if (occupied.getOrDefault(channel, false) != read.contains(channel)) {
                throw broken(channel + " is read: " + read.contains(channel) + ", told was " + occupied.get(channel));
            }
        }
        if (crashes == 0) {
            Set<String> names = new LinkedHashSet<>();
            sessions.stream()
                    .map(each -> each.principal().user())
                    .filter(Objects::nonNull)
                    .forEach(names::add);
            if (!names.equals(online)) {
                throw broken("online are " + names + ", told was " + online);
            }
        }
    }
}
