// SPDX-License-Identifier: Apache-2.0
package dev.longwire.faults.load;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What one client handed to its application, and how it got there. Written by the client's loop, read when it rests. */
public final class Trace {

    /** Things that happen on the way. A run in which the wrong ones never happen proves nothing. */
    public enum Count {
        /** Attempts to attach. */
        ATTACHES,

        /** Attempts that found their session. */
        RESUMED,

        /** Attempts that had a session and did not find it. */
        SESSION_LOST,

        /** Channels that came back with everything. */
        RECOVERED,

        /** Channels that came back with less, and a reason. */
        UNRECOVERED,

        /** Messages that came as a replay. */
        REPLAYED,

        /** Messages that were seen already, and dropped. */
        REPEATED,

        /** Messages after a hole. */
        HOLES,

        /** Ranges that the server declared lost. */
        RESETS,

        /** Requests that were sent again after an attach. */
        RETRIED,

        /** Answers to requests that had theirs. */
        ANSWERED_TWICE,

        /** Publishes answered as duplicates. */
        DUPLICATES,

        /** Polls that were asked again. */
        POLLS_REPEATED,

        /** Attaches by another carriage than the one before. */
        SWITCHES,

        /** Carriers found dead by their silence. */
        SILENT
    }

    /** Hashes of messages by their offsets, as they came. */
    static final class Line {
        final String channel;
        String epoch = "";
        long[] offsets = new long[64];
        long[] hashes = new long[64];
        int size;

        /** The position before the first message. */
        long start = -1;

        Line(String channel) {
            this.channel = channel;
        }

        void add(long offset, long hash) {
            if (size == offsets.length) {
                offsets = java.util.Arrays.copyOf(offsets, size * 2);
                hashes = java.util.Arrays.copyOf(hashes, size * 2);
            }
            offsets[size] = offset;
            hashes[size] = hash;
            size++;
        }

        long last() {
            return size == 0 ? start : offsets[size - 1];
        }
    }

    /** A publish of this client and what became of it. */
    static final class Sent {
        final String channel;
        final long hash;

        /** 0 until it is acknowledged. */
        long offset;

        String epoch = "";

        Sent(String channel, long hash) {
            this.channel = channel;
            this.hash = hash;
        }
    }

    private final String name;
    final Map<String, Line> lines = new LinkedHashMap<>();
    final List<Sent> sent = new ArrayList<>();
    private final long[] counts = new long[Count.values().length];
    private final Map<String, Long> errors = new TreeMap<>();
    private final List<String> violations = new ArrayList<>();

    Trace(String name) {
        this.name = name;
    }

    public String name() {
        return name;
    }

    void add(Count what) {
        counts[what.ordinal()]++;
    }

    public long count(Count... what) {
        long sum = 0;
        for (Count each : what) {
            sum += counts[each.ordinal()];
        }
        return sum;
    }

    /** The server broke the protocol. */
    void violation(String what) {
        if (violations.size() < 20) {
            violations.add(what);
        }
    }

    public List<String> violations() {
        return List.copyOf(violations);
    }

    void error(String code) {
        errors.merge(code, 1L, Long::sum);
    }

    /** Errors and refusals by name. */
    public Map<String, Long> errors() {
        return new TreeMap<>(errors);
    }

    /** How many messages were handed to the application. */
    public long messages() {
        return lines.values().stream().mapToLong(line -> line.size).sum();
    }

    /** The channels, in the order of their subscription. */
    public List<String> channels() {
        return List.copyOf(lines.keySet());
    }

    /** The offset of the newest message of a channel, or where its subscription began; -1 when it never did. */
    public long last(String channel) {
        Line line = lines.get(channel);
        return line == null ? -1 : line.last();
    }

    /** The 64-bit FNV-1a hash of a text. */
    static long hash(String text) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
        }
        return hash;
    }
}
