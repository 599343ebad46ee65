// SPDX-License-Identifier: Apache-2.0
package dev.longwire.simulation.ground;

import java.util.Comparator;
import java.util.PriorityQueue;

/** Virtual time: what happens, in the order of its moment, and of its planning where moments are equal. */
public final class Agenda {

    private record Entry(long at, long number, Runnable what) {}

    static final long BEGINNING = 1_000_000;

    private final PriorityQueue<Entry> entries =
            new PriorityQueue<>(Comparator.comparingLong(Entry::at).thenComparingLong(Entry::number));
    private long now = BEGINNING;
    private long number;

    /** Milliseconds since some beginning; never steps back. */
    public long now() {
        return now;
    }

    public void in(long delayMillis, Runnable what) {
        at(now + delayMillis, what);
    }

    public void at(long moment, Runnable what) {
        entries.add(new Entry(Math.max(now, moment), number++, what));
    }

    /** Lets everything happen that is planned up to this moment, and what follows from it. */
    public void runUntil(long moment) {
        while (!entries.isEmpty() && entries.element().at() <= moment) {
            Entry next = entries.remove();
            now = next.at();
            next.what().run();
        }
        now = moment;
    }
}
