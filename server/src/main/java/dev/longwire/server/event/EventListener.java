// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.event;

import dev.longwire.core.event.EventLog.Entry;

/**
 * A program that is told what happens in the server it runs with.
 *
 * <p>Threads: each listener has one of its own, which it may block: nobody waits for it. A listener that is slower than
 * what happens misses the oldest of it, and is told how much. What it throws is logged, and the next event comes.
 */
@FunctionalInterface
public interface EventListener {

    /** Something happened. Of one session, and of one channel, in its order. */
    void event(Entry entry);

    /** So many events came and went before the next one. */
    default void missed(long count) {}
}
