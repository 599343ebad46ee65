// SPDX-License-Identifier: Apache-2.0
package dev.longwire.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** What passed through a proxy and what it did to it: types and counts only, never what a frame said. */
public final class FaultLog {

    private static final int KEPT = 200_000;

    /**
     * A fault that struck.
     *
     * @param frame the type of the frame at which it did
     * @param micros since the proxy was started
     * @param rule the name of the rule or schedule
     */
    public record Entry(
            long micros,
            int connection,
            Carriage carriage,
            Direction direction,
            String frame,
            Fault fault,
            String rule) {

        /** Where it struck, as counters call it: {@code websocket down message}. */
        public String place() {
            return FaultLog.place(carriage, direction, frame);
        }
    }

    private final long startedNanos = System.nanoTime();
    private final List<Entry> entries = new ArrayList<>();
    private final Map<String, Long> passed = new TreeMap<>();
    private long connections;
    private long struck;
    private long cuts;

    static String place(Carriage carriage, Direction direction, String frame) {
        return carriage.label() + " " + direction.label() + " " + frame;
    }

    synchronized int connected() {
        connections++;
        return (int) connections;
    }

    synchronized void passing(Passing passing) {
        for (String frame : passing.frames()) {
            passed.merge(place(passing.carriage(), passing.direction(), frame), 1L, Long::sum);
        }
    }

    synchronized void struck(Passing passing, Plan.Verdict verdict) {
        struck++;
        if (verdict.fault().cuts()) {
            cuts++;
        }
        if (entries.size() < KEPT) {
            long micros = (System.nanoTime() - startedNanos) / 1000;
            entries.add(new Entry(
                    micros,
                    passing.connection(),
                    passing.carriage(),
                    passing.direction(),
                    verdict.frame(),
                    verdict.fault(),
                    verdict.rule()));
        }
        notifyAll();
    }

    /** The faults that struck, oldest first. */
    public synchronized List<Entry> entries() {
        return List.copyOf(entries);
    }

    /** How many connections clients have opened so far. */
    public synchronized long connections() {
        return connections;
    }

    /** How many faults struck so far. */
    public synchronized long size() {
        return struck;
    }

    /** How many connections were cut so far. */
    public synchronized long cuts() {
        return cuts;
    }

    /** How many frames have come by so far, by place. */
    public synchronized Map<String, Long> passed() {
        return new TreeMap<>(passed);
    }

    /** How often each kind of fault struck. */
    public Map<String, Long> byFault() {
        return count(entry -> true, Kind.FAULT);
    }

    /** How often connections were cut, by place. */
    public Map<String, Long> cutsByPlace() {
        return count(entry -> entry.fault().cuts(), Kind.PLACE);
    }

    private enum Kind {
        FAULT,
        PLACE
    }

    private Map<String, Long> count(Predicate<Entry> which, Kind kind) {
        return entries().stream()
                .filter(which)
                .collect(Collectors.groupingBy(
                        entry -> kind == Kind.FAULT ? entry.fault().label() : entry.place(),
                        TreeMap::new,
                        Collectors.counting()));
    }

    /** Waits until a fault like this has struck; false when it has not within the time given. */
    public synchronized boolean await(Predicate<Entry> wanted, Duration patience) throws InterruptedException {
        long until = System.nanoTime() + patience.toNanos();
        while (entries.stream().noneMatch(wanted)) {
            long left = until - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            wait(left / 1_000_000 + 1);
        }
        return true;
    }

    /** Waits until so many connections have been cut; false when they have not within the time given. */
    public synchronized boolean awaitCuts(long count, Duration patience) throws InterruptedException {
        long until = System.nanoTime() + patience.toNanos();
        while (cuts < count) {
            long left = until - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            wait(left / 1_000_000 + 1);
        }
        return true;
    }
}
