// SPDX-License-Identifier: Apache-2.0
package dev.longwire.faults.load;

import dev.longwire.faults.load.Trace.Count;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Compares what clients saw with the logs of their channels: complete, once, in order, byte for byte; every
 * acknowledged publish where its acknowledgement said and nowhere else. A run in which nothing was resumed, replayed or
 * retried is no proof, and fails.
 */
public final class TraceJudge {

    private static final int MOST_FAILURES = 30;

    private final Map<String, ChannelLog> logs = new HashMap<>();
    private final Map<Count, Long> atLeast = new EnumMap<>(Count.class);
    private final List<Count> never = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();
    private final Map<Count, Long> counts = new EnumMap<>(Count.class);
    private final Map<String, Long> errors = new TreeMap<>();
    private long messages;
    private long published;

    /** What is true. */
    public TraceJudge log(ChannelLog log) {
        logs.put(log.channel(), log);
        if (!log.whole()) {
            fail(log.channel() + ": the log itself has holes");
        }
        return this;
    }

    /** A run with less of this is vacuous. */
    public TraceJudge atLeast(long count, Count what) {
        atLeast.put(what, count);
        return this;
    }

    /** This must not have happened to anybody. */
    public TraceJudge never(Count... what) {
        never.addAll(List.of(what));
        return this;
    }

    private void fail(String what) {
        if (failures.size() < MOST_FAILURES) {
            failures.add(what);
        }
    }

    /** The verdict on these clients. */
    public Verdict judge(List<Trace> traces) {
        for (Trace trace : traces) {
            trace.violations().forEach(what -> fail(trace.name() + " " + what));
            trace.lines.values().forEach(line -> seen(trace.name(), line));
            for (Count what : Count.values()) {
                counts.merge(what, trace.count(what), Long::sum);
            }
            trace.errors().forEach((what, count) -> errors.merge(what, count, Long::sum));
            messages += trace.messages();
        }
        published(traces);
        never.stream()
                .filter(what -> counts.getOrDefault(what, 0L) > 0)
                .forEach(what -> fail("never " + what + ", but " + counts.get(what)));
        atLeast.forEach((what, least) -> {
            if (counts.getOrDefault(what, 0L) < least) {
                fail("vacuous: " + what + " " + counts.get(what) + ", wanted at least " + least);
            }
        });
        if (messages == 0) {
            fail("vacuous: no message at all");
        }
        return new Verdict(List.copyOf(failures), messages, published, new EnumMap<>(counts), new TreeMap<>(errors));
    }

    private void seen(String who, Trace.Line line) {
        ChannelLog log = logs.get(line.channel);
        if (log == null) {
            fail(who + " " + line.channel + ": there is no log to compare with");
            return;
        }
        if (line.start < log.start() || !line.epoch.equals(log.epoch())) {
            fail(who + " " + line.channel + ": began at " + line.epoch + " " + line.start + ", the log at "
                    + log.epoch() + " " + log.start());
            return;
        }
        long expected = line.start;
        for (int i = 0; i < line.size; i++) {
            expected++;
            long offset = line.offsets[i];
            if (offset != expected) {
                fail(who + " " + line.channel + ": " + offset + " where " + expected + " was due");
                return;
            }
            if (offset > log.head() || line.hashes[i] != log.hashOf(offset)) {
                fail(who + " " + line.channel + ": " + offset + " is not what the log has there");
                return;
            }
        }
        if (expected != log.head()) {
            fail(who + " " + line.channel + ": ends at " + expected + ", the log at " + log.head());
        }
    }

    private void published(List<Trace> traces) {
        Map<String, Map<Long, Integer>> appearances = new HashMap<>();
        for (ChannelLog log : logs.values()) {
            Map<Long, Integer> here = appearances.computeIfAbsent(log.channel(), none -> new HashMap<>());
            for (long offset = log.start() + 1; offset <= log.head(); offset++) {
                here.merge(log.hashOf(offset), 1, Integer::sum);
            }
        }
        for (Trace trace : traces) {
            Map<String, Long> before = new HashMap<>();
            for (Trace.Sent sent : trace.sent) {
                published++;
                published(trace.name(), sent, appearances.getOrDefault(sent.channel, Map.of()));
                Long earlier = before.put(sent.channel, sent.offset);
                if (earlier != null && earlier >= sent.offset) {
                    fail(trace.name() + " " + sent.channel + ": published " + sent.offset + " after " + earlier);
                }
            }
        }
    }

    private void published(String who, Trace.Sent sent, Map<Long, Integer> appearances) {
        ChannelLog log = logs.get(sent.channel);
        int times = appearances.getOrDefault(sent.hash, 0);
        if (times != 1) {
            fail(who + " " + sent.channel + ": a publish is there " + times + " times");
        } else if (log == null
                || !sent.epoch.equals(log.epoch())
                || sent.offset <= log.start()
                || sent.offset > log.head()
                || log.hashOf(sent.offset) != sent.hash) {
            fail(who + " " + sent.channel + ": a publish is not at " + sent.epoch + " " + sent.offset
                    + " where its acknowledgement says");
        }
    }

    /**
     * What came of it.
     *
     * @param failures empty when every trace equals its logs
     * @param messages how many were compared
     */
    public record Verdict(
            List<String> failures, long messages, long published, Map<Count, Long> counts, Map<String, Long> errors) {

        @Override
        public String toString() {
            return messages + " messages, " + published + " publishes, " + counts + ", " + errors
                    + (failures.isEmpty() ? "" : "\n" + String.join("\n", failures));
        }
    }
}
