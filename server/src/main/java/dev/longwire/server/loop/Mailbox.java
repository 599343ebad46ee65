// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.loop;

import dev.longwire.core.log.LogView;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;

/**
 * How owners on other loops tell a hub that logs have grown: one entry per channel, whatever has been appended, so that
 * a hub that is late has as much in its mailbox as there are channels and no more. The first entry wakes the hub; it
 * reads from where it stands to the newest view.
 *
 * <p>Threads: {@link #put} from any, {@link #empty} from the hub's.
 */
final class Mailbox {

    private final ConcurrentHashMap<String, LogView> newest = new ConcurrentHashMap<>();
    private final Queue<String> order = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean woken = new AtomicBoolean();

    /** Whether the hub has to be woken. */
    boolean put(String channel, LogView view) {
        if (newest.put(channel, view) == null) {
            order.add(channel);
        }
        return woken.compareAndSet(false, true);
    }

    /** Gives away what there is. */
    void empty(BiConsumer<String, LogView> taker) {
        // Before the first look, so that whoever puts something after the last look wakes the hub again.
        woken.set(false);
        for (String channel = order.poll(); channel != null; channel = order.poll()) {
            LogView view = newest.remove(channel);
            if (view != null) {
                taker.accept(channel, view);
            }
        }
    }
}
