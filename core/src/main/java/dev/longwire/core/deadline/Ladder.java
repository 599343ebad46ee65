// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.deadline;

import org.jspecify.annotations.Nullable;

/**
 * Time-outs of any length, made of lists of equal ones. The rungs' lengths double; a thing stands in the longest list that
 * is not too long for it, and when that has expired it goes on to the next for what is left. So it moves once for every
 * binary digit of the time it waits, and everything else stays a few links.
 */
public final class Ladder {

    /** The longest rung is about 12 days; what is longer goes through it several times. */
    private static final int RUNGS = 32;

    private final Deadlines[] rungs = new Deadlines[RUNGS];

    public Ladder() {
        for (int i = 0; i < RUNGS; i++) {
            // The first is for what is due at once, as after a sleep that ended at that very moment.
            rungs[i] = new Deadlines(i == 0 ? 0 : 1L << (i - 1));
        }
    }

    /** Starts a time-out that ends at a moment, or starts it again with another one. What is past falls due at once. */
    public void start(Dated dated, long atMillis, long nowMillis) {
        dated.at = atMillis;
        place(dated, nowMillis);
    }

    private void place(Dated dated, long nowMillis) {
        long left = Math.max(0, dated.at - nowMillis);
        int rung = Math.min(RUNGS - 1, Long.SIZE - Long.numberOfLeadingZeros(left));
        rungs[rung].start(dated, nowMillis);
    }

    /** The next that is due, taken out; or null. */
    public @Nullable Dated expired(long nowMillis) {
        for (Deadlines rung : rungs) {
            for (Timed first = rung.expired(nowMillis); first != null; first = rung.expired(nowMillis)) {
                Dated dated = (Dated) first;
                Deadlines.stop(dated);
                if (dated.at <= nowMillis) {
                    return dated;
                }
                place(dated, nowMillis);
            }
        }
        return null;
    }

    /** When {@link #expired} is to be asked again, even if nothing will have fallen due by then. */
    public long next() {
        long next = Deadlines.NEVER;
        for (Deadlines rung : rungs) {
            next = Math.min(next, rung.next());
        }
        return next;
    }
}
