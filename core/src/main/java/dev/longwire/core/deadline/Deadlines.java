// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.deadline;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Time-outs of one length. Since all are equally long they expire in the order in which they were started, so the list
 * is its own priority queue and every operation is a few links.
 */
public final class Deadlines {

    public static final long NEVER = Long.MAX_VALUE;

    private final long delayMillis;
    private @Nullable Timed head;
    private @Nullable Timed tail;

    public Deadlines(long delayMillis) {
        this.delayMillis = delayMillis;
    }

    public long delayMillis() {
        return delayMillis;
    }

    /** Starts the time-out, or starts it again, leaving whatever list it was in. */
    public void start(Timed timed, long nowMillis) {
        startAt(timed, nowMillis + delayMillis);
    }

    /**
     * Puts back a time-out that was written out. Earlier ones must be put back first; one that would be out of order
     * is made to expire with the last.
     */
    public void startAt(Timed timed, long dueMillis) {
        stop(timed);
        timed.list = this;
        timed.due = tail == null ? dueMillis : Math.max(dueMillis, tail.due);
        timed.previous = tail;
        if (tail == null) {
            head = timed;
        } else {
            tail.next = timed;
        }
        tail = timed;
    }

    /** Takes it out of whatever list it is in. */
    public static void stop(Timed timed) {
        Deadlines list = timed.list;
        if (list != null) {
            list.unlink(timed);
        }
    }

    /** The first that has expired, left in the list; or null. */
    public @Nullable Timed expired(long nowMillis) {
        return head != null && head.due <= nowMillis ? head : null;
    }

    /** When the next one expires; {@link #NEVER} when there is none. */
    public long next() {
        return head == null ? NEVER : head.due;
    }

    /** Everything in the list, the next to expire first; the list must not change meanwhile. */
    public void each(Consumer<Timed> visitor) {
        for (Timed timed = head; timed != null; timed = timed.next) {
            visitor.accept(timed);
        }
    }

    private void unlink(Timed timed) {
        if (timed.previous == null) {
            head = timed.next;
        } else {
            timed.previous.next = timed.next;
        }
        if (timed.next == null) {
            tail = timed.previous;
        } else {
            timed.next.previous = timed.previous;
        }
        timed.previous = null;
        timed.next = null;
        timed.list = null;
    }
}
