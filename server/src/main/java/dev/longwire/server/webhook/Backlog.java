// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.webhook;

import dev.longwire.core.event.Event;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a target has not been told yet, oldest first, within a bound; beyond it the oldest goes, and is counted. */
final class Backlog {

    /**
     * An event, or that some are missing before the next.
     *
     * @param position in the log of events; of the last one that is missing
     * @param event null where some are missing
     * @param missed how many
     */
    record Item(long position, long timeMillis, @Nullable Event event, long missed) {
        long weight() {
            return event == null ? 0 : event.weight();
        }
    }

    private final int most;
    private final long mostBytes;
    private final ArrayDeque<Item> items = new ArrayDeque<>();
    private long bytes;

    /** What went at the front, and is not told of yet. */
    private @Nullable Item gap;

    private long dropped;

    Backlog(int most, long mostBytes) {
        this.most = most;
        this.mostBytes = mostBytes;
    }

    boolean isEmpty() {
        return items.isEmpty() && gap == null;
    }

    int size() {
        return items.size();
    }

    /** How many are missing since the start, told or not. */
    long dropped() {
        return dropped;
    }

    boolean isTooLong() {
        return items.size() > most || bytes > mostBytes && items.size() > 1;
    }

    int room() {
        return Math.max(0, most - items.size());
    }

    /** The position of the oldest, or 0. */
    long first() {
        return items.isEmpty() ? 0 : items.getFirst().position;
    }

    /** When the oldest happened, or 0. */
    long oldestMillis() {
        Item oldest = gap != null ? gap : items.peekFirst();
        return oldest == null ? 0 : oldest.timeMillis;
    }

    void add(Item item) {
        items.addLast(item);
        bytes += item.weight();
        dropped += item.missed;
    }

    /** Puts these before all others, in their order. */
    void addFirst(List<Item> older) {
        for (Item each : older.reversed()) {
            items.addFirst(each);
            bytes += each.weight();
        }
    }

    /** The oldest go until it is short enough. */
    void trim() {
        while (isTooLong()) {
            Item oldest = items.removeFirst();
            bytes -= oldest.weight();
            lose(List.of(oldest));
        }
    }

    /** These will not be told: they stand before everything that is here. */
    void lose(List<Item> lost) {
        for (Item each : lost) {
            long before = gap == null ? 0 : gap.missed;
            dropped += each.event == null ? 0 : 1;
            gap = new Item(each.position, each.timeMillis, null, before + (each.event == null ? each.missed : 1));
        }
    }

    /** Takes the oldest, at most so many events, and not much more than so many bytes. */
    List<Item> take(int events, long weight) {
        List<Item> taken = new ArrayList<>();
        if (gap != null) {
            taken.add(gap);
            gap = null;
        }
        long sum = 0;
        while (!items.isEmpty() && taken.size() < events && (taken.isEmpty() || sum < weight)) {
            Item next = items.removeFirst();
            bytes -= next.weight();
            sum += next.weight();
            taken.add(next);
        }
        return taken;
    }
}
