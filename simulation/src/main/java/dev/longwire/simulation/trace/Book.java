// SPDX-License-Identifier: Apache-2.0
package dev.longwire.simulation.trace;

import dev.longwire.protocol.ClientFrame.Publish;
import dev.longwire.protocol.ErrorCode;
import dev.longwire.protocol.ServerFrame.Published;
import dev.longwire.simulation.ground.Counters;
import dev.longwire.simulation.ground.Plan;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/** What was published and how it was answered. Payloads are unique, so a message can be known by its payload. */
final class Book {

    /** A publish under one payload and channel, however often it was sent. */
    private static final class Pub {
        final Set<String> requests = new LinkedHashSet<>();
        final Set<String> refused = new LinkedHashSet<>();
        final Set<String> sessions = new LinkedHashSet<>();
        int sent;
        boolean acked;
    }

    private final Truth truth;
    private final Counters counters;
    private final Map<String, Pub> pubs = new LinkedHashMap<>();

    /** Per session and channel: by request id the offset that it got, per epoch. */
    private final Map<String, NavigableMap<Long, Long>> order = new LinkedHashMap<>();

    /** Payloads sent with one key by one client, to judge conflicts. */
    private final Map<String, Set<String>> byKey = new LinkedHashMap<>();

    Book(Truth truth, Counters counters) {
        this.truth = truth;
        this.counters = counters;
    }

    private static String name(Publish frame) {
        return frame.channel() + " " + new String(frame.payload().bytes(), StandardCharsets.UTF_8);
    }

    void sent(String client, Publish frame) {
        Pub pub = pubs.computeIfAbsent(name(frame), name -> new Pub());
        pub.sent++;
        pub.requests.add(client + "/" + frame.id());
        String key = frame.extras().key();
        if (key != null) {
            byKey.computeIfAbsent(frame.channel() + " " + key, name -> new LinkedHashSet<>())
                    .add(name(frame));
        }
    }

    void on(String session, Publish frame) {
        Pub pub = pubs.get(name(frame));
        if (pub != null) {
            pub.sessions.add(session);
        }
    }

    /** Which session it was turns out. */
    void known(String before, String session, Publish frame) {
        Pub pub = pubs.get(name(frame));
        if (pub != null && pub.sessions.remove(before)) {
            pub.sessions.add(session);
        }
    }

    void acked(String session, Publish frame, Published answer) {
        Pub pub = pubs.get(name(frame));
        Truth.Entry entry = truth.at(frame.channel(), answer.position());
        String payload = new String(frame.payload().bytes(), StandardCharsets.UTF_8);
        if (pub == null || entry == null || !entry.payload().equals(payload)) {
            throw new Broken(1, payload + " was acked by " + answer + ", where " + entry + " is");
        }
        pub.acked = true;
        if (answer.duplicate()) {
            counters.count("duplicates");
            if (pub.sent < 2) {
                throw new Broken(5, payload + " was sent once and is no duplicate: " + answer);
            }
            return;
        }
        counters.count("acks");
        NavigableMap<Long, Long> offsets = order.computeIfAbsent(
                session + " " + frame.channel() + " " + answer.position().epoch(), name -> new TreeMap<>());
        long offset = answer.position().offset();
        offsets.put(frame.id(), offset);
        Map.Entry<Long, Long> before = offsets.lowerEntry(frame.id());
        Map.Entry<Long, Long> after = offsets.higherEntry(frame.id());
        if (before != null && before.getValue() >= offset || after != null && after.getValue() <= offset) {
            throw new Broken(3, payload + ", request " + frame.id() + ", got " + offset + " of " + offsets);
        }
    }

    void refused(String client, Publish frame, ErrorCode code) {
        Pub pub = pubs.get(name(frame));
        if (pub == null) {
            throw new Broken(0, "an error for what was never published: " + frame);
        }
        counters.count("publishes refused " + code.wire());
        if (code == ErrorCode.IDEMPOTENCY_CONFLICT) {
            Set<String> same = byKey.get(frame.channel() + " " + frame.extras().key());
            if (same == null || same.size() < 2) {
                throw new Broken(5, "a conflict with nothing: " + name(frame));
            }
        }
        if (code != ErrorCode.ID_IN_USE) {
            pub.refused.add(client + "/" + frame.id());
        }
    }

    /** Judges the whole: what is in the logs against what was published. */
    void close() {
        for (Map.Entry<String, Map<String, List<Truth.Entry>>> channel : truth.all()) {
            Set<String> all = new LinkedHashSet<>();
            for (List<Truth.Entry> log : channel.getValue().values()) {
                Map<String, Long> keys = new LinkedHashMap<>();
                for (Truth.Entry entry : log) {
                    entry(channel.getKey(), entry, all);
                    once(entry, keys);
                }
            }
        }
    }

    private void entry(String channel, Truth.Entry entry, Set<String> all) {
        Pub pub = pubs.get(channel + " " + entry.payload());
        if (pub == null) {
            throw new Broken(2, channel + ": nobody published " + entry);
        }
        if (!pub.acked && pub.sessions.size() < 2 && pub.refused.containsAll(pub.requests)) {
            throw new Broken(6, channel + ": was refused and is there: " + entry);
        }
        if (entry.key() == null && !all.add(entry.payload())) {
            throw new Broken(4, channel + ": is there twice: " + entry);
        }
    }

    private static void once(Truth.Entry entry, Map<String, Long> keys) {
        if (entry.key() != null) {
            Long before = keys.put(entry.publisher() + " " + entry.key(), entry.at());
            if (before != null && entry.at() - before < Plan.DEDUPE_MILLIS) {
                throw new Broken(4, "the key is there twice within its window: " + entry);
            }
        }
    }
}
