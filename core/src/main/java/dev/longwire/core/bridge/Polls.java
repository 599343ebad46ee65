// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.bridge;

import dev.longwire.core.deadline.Deadlines;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The polls of a turn that are not answered. The newest is held; those before it are answered as soon as it has come. */
final class Polls {

    private record Held(Object poll, long seq, long dueMillis) {}

    /** By their numbers. */
    private final List<Held> held = new ArrayList<>();

    private long newest;

    /** Another turn. */
    void begin() {
        newest = 0;
    }

    /** Returns whether it is a copy, or late: then its client may lack an answer that was given. */
    boolean add(Object poll, long seq, long dueMillis) {
        boolean again = seq <= newest;
        newest = Math.max(newest, seq);
        int at = held.size();
        while (at > 0 && held.get(at - 1).seq > seq) {
            at--;
        }
        held.add(at, new Held(poll, seq, again && seq < newest ? 0 : dueMillis));
        return again;
    }

    boolean isEmpty() {
        return held.isEmpty();
    }

    /** When the newest has been held long enough. */
    long dueAt() {
        return held.isEmpty() ? Deadlines.NEVER : held.get(0).dueMillis;
    }

    /** Takes out one that must be answered now; null when there is none. */
    @Nullable
    Object due(long nowMillis) {
        boolean due = held.size() > 1 || !held.isEmpty() && held.get(0).dueMillis <= nowMillis;
        return due ? takeFirst() : null;
    }

    Object takeFirst() {
        return held.remove(0).poll;
    }

    boolean remove(Object poll) {
        return held.removeIf(each -> each.poll.equals(poll));
    }

    void dismiss(Consumer<Object> farewell) {
        held.forEach(each -> farewell.accept(each.poll));
        held.clear();
    }
}
