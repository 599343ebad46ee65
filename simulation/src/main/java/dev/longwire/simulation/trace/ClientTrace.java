// SPDX-License-Identifier: Apache-2.0
package dev.longwire.simulation.trace;

import dev.longwire.protocol.ClientFrame.Request;
import dev.longwire.protocol.Position;
import dev.longwire.protocol.Want;
import dev.longwire.simulation.ground.Counters;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One client across all its links: its requests, and what its application was handed. */
final class ClientTrace {

    final String name;
    final Truth truth;
    final Book book;
    final PresenceTruth presence;
    final Counters counters;

    /** Whether a backend may say no. */
    boolean hooked;

    /** What users are subscribed to by the application; null in worlds where nobody is. */
    @Nullable
    Assigned assigned;

    final Map<Long, Request> requests = new LinkedHashMap<>();

    /** What it asked for with a position that it made up. */
    final List<Want> forged = new ArrayList<>();

    private final Map<String, Position> handed = new LinkedHashMap<>();

    /** Channels of which the client has been told since the last message that something may be missing. */
    private final Set<String> excused = new LinkedHashSet<>();

    /** Up to here not every message of a channel has to come. */
    private final Map<String, Long> conflated = new LinkedHashMap<>();

    ClientTrace(String name, Truth truth, Book book, PresenceTruth presence, Counters counters) {
        this.name = name;
        this.truth = truth;
        this.book = book;
        this.presence = presence;
        this.counters = counters;
    }

    void excuse(String channel) {
        excused.add(channel);
    }

    void conflated(String channel, long to) {
        conflated.put(channel, to);
    }

    /** The application wants the channel from a place of its own choice. */
    void subscribedAnew(String channel) {
        handed.remove(channel);
    }

    /** The application got a message: never an old one, never past a hole that nobody spoke of. */
    void handed(String channel, Position position) {
        Position last = handed.put(channel, position);
        boolean expected = excused.contains(channel) || position.offset() <= conflated.getOrDefault(channel, 0L) + 1;
        if (last != null && last.epoch().equals(position.epoch())) {
            if (position.offset() <= last.offset()) {
                throw new Broken(9, name + ": the application got " + position + " of " + channel + " after " + last);
            }
            if (position.offset() > last.offset() + 1 && !expected) {
                throw new Broken(10, name + ": the application got " + position + " of " + channel + " after " + last);
            }
        }
        excused.remove(channel);
    }
}
