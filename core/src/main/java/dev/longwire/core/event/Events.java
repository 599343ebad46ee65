// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.event;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The events that a machine has made and its home has not taken yet. What nobody wants is not made: whoever makes events
 * asks {@link #wants} first.
 */
public final class Events {

    private final boolean[] wanted = new boolean[EventType.values().length];
    private final ArrayDeque<Event> queue = new ArrayDeque<>();

    /** From now on these are wanted, and no others. */
    public void want(Set<EventType> types) {
        for (EventType each : EventType.values()) {
            wanted[each.ordinal()] = types.contains(each);
        }
    }

    public boolean wants(EventType type) {
        return wanted[type.ordinal()];
    }

    /** Something happened; kept if it is wanted. */
    public void add(Event event) {
        if (wants(event.type())) {
            queue.add(event);
        }
    }

    /** Gives away what there is. */
    public void drainTo(List<Event> taker) {
        if (!queue.isEmpty()) {
            taker.addAll(queue);
            queue.clear();
        }
    }

    /** The next event, or null. */
    public @Nullable Event poll() {
        return queue.poll();
    }
}
