// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.deadline;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Time-outs of a few different lengths: a list for each. */
public final class Spans {

    private final Map<Long, Deadlines> lists = new LinkedHashMap<>();

    /** Starts the time-out, or starts it again, leaving whatever list it was in. */
    public void start(Timed timed, long delayMillis, long nowMillis) {
        of(delayMillis).start(timed, nowMillis);
    }

    /** Puts back a time-out that was written out; of one length the earlier ones first. */
    public void startAt(Timed timed, long delayMillis, long dueMillis) {
        of(delayMillis).startAt(timed, dueMillis);
    }

    private Deadlines of(long delayMillis) {
        Deadlines list = lists.get(delayMillis);
        if (list == null) {
            list = new Deadlines(delayMillis);
            lists.put(delayMillis, list);
        }
        return list;
    }

    /** One that has expired, left in its list; or null. */
    public @Nullable Timed expired(long nowMillis) {
        for (Deadlines list : lists.values()) {
            Timed due = list.expired(nowMillis);
            if (due != null) {
                return due;
            }
        }
        return null;
    }

    /** When the next one expires; {@link Deadlines#NEVER} when there is none. */
    public long next() {
        long next = Deadlines.NEVER;
        for (Deadlines list : lists.values()) {
            next = Math.min(next, list.next());
        }
        return next;
    }
}
