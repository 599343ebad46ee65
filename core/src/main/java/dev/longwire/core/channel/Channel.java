// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.channel;

import dev.longwire.core.deadline.Timed;
import dev.longwire.core.log.MemoryLog;
import dev.longwire.core.presence.Roster;
import dev.longwire.core.rate.Bucket;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One channel at its owner: the log and the hubs that want to hear of it. */
final class Channel extends Timed {

    /** Slots remembered; the longest silent is forgotten first, and its newest message then counts for nothing. */
    private static final int MOST_SLOTS = 10_000;

    final String name;
    final MemoryLog log;

    /** Per hub the generation of its interest: even is none, odd is interested (see {@link #attach}). */
    private long[] interest = {};

    private int interested;

    /** The newest offset of each slot, oldest first; null where nobody asks for that. */
    private @Nullable Map<String, Long> slots;

    /** Who is there, where this is the log of a channel's presence; or null. */
    @Nullable
    Roster roster;

    /** What it has taken from all who publish. */
    final Bucket publishes = new Bucket();

    /** Whether it was told last that somebody is subscribed. */
    boolean toldOccupied;

    /** That nobody is there any more, and nobody was told yet; or null. */
    Chronicle.@Nullable Vacancy vacancy;

    /** Whether the channel stands in its owner's list of those that grew in this turn. */
    boolean grew;

    Channel(String name, MemoryLog log) {
        this.name = name;
        this.log = log;
    }

    /** Notes that this is a slot's newest message. Messages without a slot are one slot together. */
    void conflate(@Nullable String slot, long offset) {
        if (slots == null) {
            slots = new LinkedHashMap<>();
        }
        String name = slot == null ? "" : slot;
        slots.remove(name);
        slots.put(name, offset);
        if (slots.size() > MOST_SLOTS) {
            slots.remove(slots.keySet().iterator().next());
        }
    }

    /** The newest offset of each slot among those after {@code from}, in order. */
    long[] latest(long from) {
        long[] found = new long[slots == null ? 0 : slots.size()];
        int count = 0;
        if (slots != null) {
            for (long offset : slots.values()) {
                if (offset > Math.max(from, log.tail())) {
                    found[count++] = offset;
                }
            }
        }
        return Arrays.copyOf(found, count);
    }

    Map<String, Long> slots() {
        return slots == null ? Map.of() : slots;
    }

    /** Whether a hub listens, or somebody is there. */
    boolean wanted() {
        return interested > 0 || vacancy != null || (roster != null && roster.occupied());
    }

    int interestedHubs() {
        return interested;
    }

    /** One more than the highest hub number that ever asked. */
    int hubs() {
        return interest.length;
    }

    boolean wanted(int hub) {
        return hub < interest.length && (interest[hub] & 1) == 1;
    }

    /** Generations only rise, so an attach that was overtaken by a later detach changes nothing. */
    void attach(int hub, long generation) {
        set(hub, generation * 2 + 1);
    }

    void detach(int hub, long generation) {
        set(hub, generation * 2);
    }

    void forget(int hub) {
        if (hub < interest.length) {
            interested -= (int) (interest[hub] & 1);
            interest[hub] = 0;
        }
    }

    private void set(int hub, long value) {
        if (hub >= interest.length) {
            interest = Arrays.copyOf(interest, hub + 1);
        }
        long old = interest[hub];
        if (value / 2 < old / 2) {
            return;
        }
        interested += (int) (value & 1) - (int) (old & 1);
        interest[hub] = value;
    }

    long interest(int hub) {
        return interest[hub];
    }

    void restoreInterest(int hub, long value) {
        set(hub, value);
    }
}
