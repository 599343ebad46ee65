// SPDX-License-Identifier: Apache-2.0
package dev.longwire.edge.home;

import dev.longwire.core.state.StateReader;
import dev.longwire.core.state.StateWriter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Letters between two objects either of which may die at any moment. Whoever writes one numbers it and keeps it, with all
 * else that it stores, until the other confirms it, and sends it again meanwhile; whoever reads it stores its number with what
 * the letter changed, and knows a second copy by it. So each is heeded once, and in order.
 */
final class Post {

    private static final int BATCH_BYTES = 1024 * 1024;

    /** Long after nobody repeats anything. */
    private static final long MEMORY_MILLIS = 24 * 60 * 60 * 1000;

    private final Map<String, ArrayDeque<Letter>> outgoing = new LinkedHashMap<>();
    private final Map<String, Known> known = new LinkedHashMap<>();
    private long last;

    private record Letter(long number, byte[] body) {}

    /** The newest letter from somebody. */
    private record Known(long number, long atMillis) {}

    /** A batch on its way, and the number of its last letter. */
    record Batch(byte[] bytes, long end) {}

    void send(String to, byte[] body) {
        outgoing.computeIfAbsent(to, name -> new ArrayDeque<>()).add(new Letter(++last, body));
    }

    /** Who has letters to get. */
    List<String> addressees() {
        return List.copyOf(outgoing.keySet());
    }

    /** The oldest letters for somebody, as many as travel at once. */
    Batch batch(String to) {
        StateWriter out = new StateWriter();
        List<Letter> chosen = new ArrayList<>();
        int size = 0;
        for (Letter letter : outgoing.getOrDefault(to, new ArrayDeque<>())) {
            if (size > 0 && size + letter.body.length > BATCH_BYTES) {
                break;
            }
            size += letter.body.length;
            chosen.add(letter);
        }
        out.number(chosen.size());
        for (Letter letter : chosen) {
            out.number(letter.number);
            out.bytes(letter.body);
        }
        return new Batch(out.toBytes(), chosen.isEmpty() ? 0 : chosen.get(chosen.size() - 1).number);
    }

    /** Everything up to this number has been heeded, and stored. */
    void confirmed(String to, long end) {
        ArrayDeque<Letter> letters = outgoing.get(to);
        while (letters != null && !letters.isEmpty() && letters.element().number <= end) {
            letters.remove();
        }
        if (letters != null && letters.isEmpty()) {
            outgoing.remove(to);
        }
    }

    /** The letters of a batch that did not come before. */
    List<byte[]> open(String from, byte[] batch, long nowMillis) {
        StateReader in = new StateReader(batch);
        Known before = known.get(from);
        long seen = before == null ? 0 : before.number;
        List<byte[]> fresh = new ArrayList<>();
        for (int left = in.count(); left > 0; left--) {
            long number = in.number();
            byte[] body = in.bytes();
            if (number > seen) {
                seen = number;
                fresh.add(body);
            }
        }
        known.remove(from);
        known.put(from, new Known(seen, nowMillis));
        return fresh;
    }

    /** Forgets who has not written for long. */
    void tick(long nowMillis) {
        known.values().removeIf(each -> each.atMillis < nowMillis - MEMORY_MILLIS);
    }

    void write(StateWriter out) {
        out.number(last);
        out.number(outgoing.size());
        outgoing.forEach((to, letters) -> {
            out.text(to);
            out.number(letters.size());
            for (Letter letter : letters) {
                out.number(letter.number);
                out.bytes(letter.body);
            }
        });
        out.number(known.size());
        known.forEach((from, each) -> {
            out.text(from);
            out.number(each.number);
            out.number(each.atMillis);
        });
    }

    void read(StateReader in) {
        last = in.number();
        for (int left = in.count(); left > 0; left--) {
            ArrayDeque<Letter> letters = new ArrayDeque<>();
            outgoing.put(in.text(), letters);
            for (int count = in.count(); count > 0; count--) {
                letters.add(new Letter(in.number(), in.bytes()));
            }
        }
        for (int left = in.count(); left > 0; left--) {
            String from = in.text();
            known.put(from, new Known(in.number(), in.number()));
        }
    }
}
