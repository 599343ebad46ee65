// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.event;

import dev.longwire.core.event.Event;
import dev.longwire.core.event.EventLog;
import dev.longwire.core.event.EventLog.Batch;
import dev.longwire.core.event.EventType;
import dev.longwire.core.event.Users;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * The one log of what happens in a server. Everybody who wants to know is a cursor on it. It is in memory: what nobody has
 * read is gone with the process.
 *
 * <p>Threads: any.
 */
public final class Journal implements AutoCloseable {

    /** What is kept: so many events, or so much memory. */
    public static final int MOST_EVENTS = 10_000;

    public static final long MOST_BYTES = 16L << 20;

    /** Messages cost; they are told of while somebody asks for them. */
    private static final Set<EventType> ON_DEMAND = EnumSet.of(EventType.MESSAGE_PUBLISHED);

    private final EventLog log;
    private final Users users = new Users();
    private final String boot;
    private final Consumer<Set<EventType>> wishes;
    private final List<Runnable> readers = new CopyOnWriteArrayList<>();
    private final List<Follower> followers = new CopyOnWriteArrayList<>();
    private final Map<EventType, Integer> demand = new EnumMap<>(EventType.class);

    /**
     * @param boot names this life of the server, so that a position of another one is known as such
     * @param wishes is told which types are wanted, whenever that changes
     */
    public Journal(String boot, Consumer<Set<EventType>> wishes) {
        this(boot, wishes, new EventLog(MOST_EVENTS, MOST_BYTES));
    }

    Journal(String boot, Consumer<Set<EventType>> wishes, EventLog log) {
        this.boot = boot;
        this.wishes = wishes;
        this.log = log;
    }

    public String boot() {
        return boot;
    }

    /** What is wanted now. */
    public synchronized Set<EventType> wanted() {
        EnumSet<EventType> wanted = EnumSet.complementOf(EnumSet.copyOf(ON_DEMAND));
        wanted.addAll(demand.keySet());
        return wanted;
    }

    /** From now on these happen to be told of, until {@link #release}. */
    public void demand(Collection<EventType> types) {
        count(types, 1);
    }

    public void release(Collection<EventType> types) {
        count(types, -1);
    }

    private void count(Collection<EventType> types, int step) {
        Set<EventType> before;
        Set<EventType> after;
        synchronized (this) {
            before = wanted();
            for (EventType each : types) {
                if (ON_DEMAND.contains(each)) {
                    demand.merge(each, step, Integer::sum);
                    demand.remove(each, 0);
                }
            }
            after = wanted();
            if (!before.equals(after)) {
                // Under the lock, so that two changes arrive in their order.
                wishes.accept(after);
            }
        }
    }

    /** Adds what happened, in its order. */
    public void append(List<Event> events, long wallMillis) {
        synchronized (this) {
            for (Event each : events) {
                log.append(wallMillis, each);
                Event ofUser = users.after(each, wallMillis);
                if (ofUser != null) {
                    log.append(wallMillis, ofUser);
                }
            }
        }
        readers.forEach(Runnable::run);
    }

    public synchronized Batch read(long after, int most) {
        return log.read(after, most);
    }

    public synchronized long head() {
        return log.head();
    }

    /** The position before the oldest event that is kept. */
    public synchronized long tail() {
        return log.tail();
    }

    /** Somebody to be told that the log has grown: often, on any thread, and it must not block. */
    public void wake(Runnable reader) {
        readers.add(reader);
    }

    public void forget(Runnable reader) {
        readers.remove(reader);
    }

    /** Tells a listener of everything of these types from now on, until the journal is closed. */
    public void listen(EventListener listener, Set<EventType> types) {
        demand(types);
        Follower follower = new Follower(this, listener, types);
        followers.add(follower);
        follower.start();
    }

    /** Ends the listeners, when they have been told what is there. */
    @Override
    public void close() {
        for (Follower each : new ArrayList<>(followers)) {
            each.close();
        }
    }
}
