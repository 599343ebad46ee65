// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.channel;

import dev.longwire.core.Namespaces;
import dev.longwire.core.deadline.Deadlines;
import dev.longwire.core.deadline.Timed;
import dev.longwire.core.log.MemoryLog;
import dev.longwire.core.log.Retention;
import dev.longwire.core.presence.Attendance;
import dev.longwire.core.presence.Roster;
import dev.longwire.core.state.StateReader;
import dev.longwire.core.state.StateWriter;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which channels there are, and which epoch and offset one that is gone had.
 *
 * <p>Epochs never lie. An epoch is the owner's boot id and a generation. A channel that is dropped leaves a tombstone
 * (epoch, head), so that it goes on from there when it comes back and whoever returns to it is still recovered; throwing
 * a tombstone away raises the generation, so that a channel made after that can't repeat a position of the forgotten
 * one. An unknown channel costs nothing and stands at (current epoch, 0).
 */
final class Directory {

    private static final class Tombstone extends Timed {
        final String name;
        final String epoch;
        final long head;

        Tombstone(String name, String epoch, long head) {
            this.name = name;
            this.epoch = epoch;
            this.head = head;
        }
    }

    private static final long SHORTEST_VISIT_MILLIS = 1_000;

    /** Longer than any session is kept, so that whoever comes back in time finds the tombstone. */
    private static final long BURIAL_MILLIS = 3_600_000;

    /** Tombstones kept; beyond it the oldest go early. */
    private static final int MOST_TOMBSTONES = 100_000;

    private final String boot;
    private final Namespaces namespaces;
    private final Attendance attendance;
    private final Map<String, Channel> channels = new LinkedHashMap<>();
    private final Map<String, Tombstone> tombstones = new LinkedHashMap<>();
    private final Deadlines visits;
    private final Deadlines burials;
    private long generation;

    Directory(String boot, Namespaces namespaces, Attendance attendance) {
        this.boot = boot;
        this.namespaces = namespaces;
        this.attendance = attendance;
        this.visits = new Deadlines(Math.max(SHORTEST_VISIT_MILLIS, namespaces.shortestAgeMillis()));
        this.burials = new Deadlines(BURIAL_MILLIS);
    }

    Iterable<Channel> all() {
        return channels.values();
    }

    int size() {
        return channels.size();
    }

    @Nullable
    Channel find(String name) {
        return channels.get(name);
    }

    /** Whether the name has a log or had one not long ago. */
    boolean known(String name) {
        return channels.containsKey(name) || tombstones.containsKey(name);
    }

    Channel open(String name, long nowMillis) {
        Channel channel = channels.get(name);
        if (channel == null) {
            Tombstone stone = tombstones.remove(name);
            if (stone == null) {
                channel = new Channel(name, new MemoryLog(epoch(), 0));
            } else {
                Deadlines.stop(stone);
                channel = new Channel(name, new MemoryLog(stone.epoch, stone.head));
            }
            channels.put(name, channel);
            visits.start(channel, nowMillis);
        }
        return channel;
    }

    /** The roster of a log of presence. */
    Roster attend(Channel channel) {
        Roster roster = channel.roster;
        if (roster == null) {
            roster = attendance.roster(channel.name, namespaces.of(channel.name).presence());
            channel.roster = roster;
        }
        return roster;
    }

    /** The log of a channel that need not exist: nothing is made of asking. */
    MemoryLog peek(String name) {
        Channel channel = channels.get(name);
        if (channel != null) {
            return channel.log;
        }
        Tombstone stone = tombstones.get(name);
        return stone == null ? new MemoryLog(epoch(), 0) : new MemoryLog(stone.epoch, stone.head);
    }

    /** Does what is due, and returns how many bytes of messages that freed. */
    long tick(long nowMillis) {
        long freed = 0;
        for (Timed due = visits.expired(nowMillis); due != null; due = visits.expired(nowMillis)) {
            freed += visit((Channel) due, nowMillis);
        }
        for (Timed due = burials.expired(nowMillis); due != null; due = burials.expired(nowMillis)) {
            forget((Tombstone) due);
        }
        return freed;
    }

    long wakeAt() {
        return Math.min(visits.next(), burials.next());
    }

    private long visit(Channel channel, long nowMillis) {
        long before = channel.log.bytes();
        Retention retention = namespaces.retention(channel.name);
        channel.log.trim(retention, nowMillis);
        long last = channel.log.lastTime();
        boolean idle = channel.log.tail() == channel.log.head() || last + retention.idleMillis() <= nowMillis;
        if (channel.wanted() || !idle) {
            visits.start(channel, nowMillis);
            return before - channel.log.bytes();
        }
        channels.remove(channel.name);
        lay(channel, nowMillis);
        return before;
    }

    /** What has no message and is nobody's goes at once; but not the one that is about to get one. */
    void dropEmpty(Channel except, long nowMillis) {
        Iterator<Channel> all = channels.values().iterator();
        while (all.hasNext()) {
            Channel channel = all.next();
            if (empty(channel) && !channel.equals(except)) {
                all.remove();
                lay(channel, nowMillis);
            }
        }
    }

    /** It was made for a message that was refused: nobody has to know of it. */
    void dropIfEmpty(Channel channel, long nowMillis) {
        if (empty(channel)) {
            channels.remove(channel.name);
            lay(channel, nowMillis);
        }
    }

    /** Whether nothing is lost without it, and nothing is left to be told. */
    private static boolean empty(Channel channel) {
        return channel.log.tail() == channel.log.head()
                && !channel.wanted()
                && channel.roster == null
                && !channel.toldOccupied
                && channel.vacancy == null;
    }

    /** A channel that is gone leaves its position behind. */
    private void lay(Channel channel, long nowMillis) {
        Deadlines.stop(channel);
        if (channel.log.head() > 0) {
            Tombstone stone = new Tombstone(channel.name, channel.log.epoch(), channel.log.head());
            tombstones.put(stone.name, stone);
            burials.start(stone, nowMillis);
        }
        if (tombstones.size() > MOST_TOMBSTONES) {
            forget(tombstones.values().iterator().next());
        }
    }

    private void forget(Tombstone stone) {
        Deadlines.stop(stone);
        tombstones.remove(stone.name);
        generation++;
    }

    private String epoch() {
        return generation == 0 ? boot : boot + "." + Long.toString(generation, 36);
    }

    void write(StateWriter out, long nowMillis) {
        out.number(generation);
        out.number(channels.size());
        for (Channel channel : channels.values()) {
            out.text(channel.name);
            channel.log.write(out, nowMillis);
            out.number(channel.slots().size());
            channel.slots().forEach((slot, offset) -> {
                out.text(slot);
                out.number(offset);
            });
            out.flag(channel.roster != null);
            if (channel.roster != null) {
                attendance.write(out, channel.roster, nowMillis);
            }
            out.number(channel.due() - nowMillis);
            out.number(channel.hubs());
            for (int hub = 0; hub < channel.hubs(); hub++) {
                out.number(channel.interest(hub));
            }
            out.flag(channel.toldOccupied);
            channel.publishes.write(out, namespaces.of(channel.name).publishes(), nowMillis);
        }
        out.number(tombstones.size());
        for (Tombstone stone : tombstones.values()) {
            out.text(stone.name);
            out.text(stone.epoch);
            out.number(stone.head);
            out.number(stone.due() - nowMillis);
        }
    }

    void read(StateReader in, long nowMillis) {
        generation = in.number();
        int count = in.count();
        Attendance.Reading rosters = attendance.new Reading();
        for (int i = 0; i < count; i++) {
            String name = in.text();
            Channel channel = new Channel(name, MemoryLog.read(in, nowMillis));
            int slots = in.count();
            for (int slot = 0; slot < slots; slot++) {
                channel.conflate(in.text(), in.number());
            }
            if (in.flag()) {
                rosters.read(in, attend(channel), nowMillis);
            }
            visits.startAt(channel, nowMillis + in.number());
            int hubs = in.count();
            for (int hub = 0; hub < hubs; hub++) {
                channel.restoreInterest(hub, in.number());
            }
            channel.toldOccupied = in.flag();
            channel.publishes.read(in, nowMillis);
            channels.put(name, channel);
        }
        rosters.end();
        int stones = in.count();
        for (int i = 0; i < stones; i++) {
            Tombstone stone = new Tombstone(in.text(), in.text(), in.number());
            burials.startAt(stone, nowMillis + in.number());
            tombstones.put(stone.name, stone);
        }
    }
}
