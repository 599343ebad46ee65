// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.event;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;

/**
 * The newest events, by position. Everybody who reads is a cursor of their own: whoever is slower than the log is long
 * learns how many are gone.
 */
public final class EventLog {

    private final int maxEvents;
    private final long maxBytes;
    private final ArrayDeque<Entry> entries = new ArrayDeque<>();
    private long head;
    private long bytes;

    /**
     * @param maxEvents how many it keeps
     * @param maxBytes about how much memory they take
     */
    public EventLog(int maxEvents, long maxBytes) {
        if (maxEvents < 1 || maxBytes < 1) {
            throw new IllegalArgumentException("a log of events needs room for some");
        }
        this.maxEvents = maxEvents;
        this.maxBytes = maxBytes;
    }

    /**
     * An event.
     *
     * @param position 1 for the first, without a hole
     * @param timeMillis when: ms since 1970
     */
    public record Entry(long position, long timeMillis, Event event) {}

    /**
     * What a reader gets.
     *
     * @param missed how many events after its position are not there any more
     * @param position where it stands afterwards
     */
    public record Batch(List<Entry> entries, long missed, long position) {}

    /** The position of the newest event; 0 before the first. */
    public long head() {
        return head;
    }

    /** The position before the oldest event. */
    public long tail() {
        return head - entries.size();
    }

    public long append(long timeMillis, Event event) {
        head++;
        entries.add(new Entry(head, timeMillis, event));
        bytes += event.weight();
        while (entries.size() > maxEvents || bytes > maxBytes && entries.size() > 1) {
            bytes -= entries.remove().event.weight();
        }
        return head;
    }

    /** The events after a position, oldest first, at most so many. A position beyond the head is taken for the head. */
    public Batch read(long after, int most) {
        long from = Math.max(tail(), Math.min(after, head));
        long missed = Math.max(0, from - Math.max(0, after));
        List<Entry> found = new ArrayList<>();
        if (from - tail() < head - from) {
            Iterator<Entry> all = entries.iterator();
            for (long skip = from - tail(); skip > 0; skip--) {
                all.next();
            }
            while (all.hasNext() && found.size() < most) {
                found.add(all.next());
            }
        } else {
            // Whoever is near the head is not to pay for the length of the log.
            Iterator<Entry> newest = entries.descendingIterator();
            for (long left = head - from; left > 0; left--) {
                found.add(newest.next());
            }
            Collections.reverse(found);
            if (found.size() > most) {
                found.subList(most, found.size()).clear();
            }
        }
        return new Batch(found, missed, from + found.size());
    }
}
