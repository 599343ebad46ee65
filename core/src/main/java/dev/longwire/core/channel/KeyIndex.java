// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.channel;

import dev.longwire.core.state.StateReader;
import dev.longwire.core.state.StateWriter;
import org.jspecify.annotations.Nullable;

/**
 * Which publishes with an idempotency key were appended lately, and where: an index over the logs.
 *
 * <p>A key is remembered as 128 bits of keyed hash with its offset and a hash of what was sent. The entries lie in
 * {@value #TABLES} open-addressed tables, one per slice of the window, each thrown away whole when it has become too
 * old: no entry is ever removed singly, and a million keys are 32 MB without an object each. When there are more than
 * {@code maxEntries} the oldest table goes early, and {@link #windowMillis} says so.
 */
final class KeyIndex {

    private static final int TABLES = 7;
    private static final int WORDS = 4;

    private final KeyHash high;
    private final KeyHash low;
    private final long windowMillis;
    private final long sliceMillis;
    private final int maxEntries;

    /** Newest first. */
    private final @Nullable Table[] tables = new @Nullable Table[TABLES];

    private int entries;

    /** Before this, keys may have been forgotten for want of room. */
    private long complete = Long.MIN_VALUE;

    KeyIndex(long seed, long windowMillis, int maxEntries) {
        this.high = new KeyHash(seed, seed * 0x9E3779B97F4A7C15L + 1);
        this.low = new KeyHash(~seed, seed * 0xC2B2AE3D27D4EB4FL + 2);
        this.windowMillis = windowMillis;
        this.sliceMillis = Math.max(1, (windowMillis + TABLES - 2) / (TABLES - 1));
        this.maxEntries = maxEntries;
    }

    /** A key within its scope, hashed once for both looking up and adding. */
    record Hashed(long high, long low) {}

    record Found(long offset, long content) {}

    Hashed hash(String channel, String epoch, String publisher, String key) {
        return new Hashed(high.of(channel, epoch, publisher, key), low.of(channel, epoch, publisher, key));
    }

    long content(byte[] bytes, boolean binary) {
        return high.of(bytes, binary ? 2 : 1);
    }

    @Nullable
    Found find(Hashed key, long nowMillis) {
        for (Table table : tables) {
            if (table != null && table.start + sliceMillis + windowMillis > nowMillis) {
                Found found = table.find(key, nowMillis - windowMillis);
                if (found != null) {
                    return found;
                }
            }
        }
        return null;
    }

    void add(Hashed key, long offset, long content, long nowMillis) {
        Table newest = tables[0];
        if (newest == null || nowMillis >= newest.start + sliceMillis) {
            newest = new Table(nowMillis);
            forget(TABLES - 1);
            System.arraycopy(tables, 0, tables, 1, TABLES - 1);
            tables[0] = newest;
        }
        newest.add(key, offset, content, nowMillis);
        entries++;
        for (int i = TABLES - 1; i > 0 && entries > maxEntries; i--) {
            Table table = tables[i];
            if (table != null) {
                complete = Math.max(complete, table.start + sliceMillis);
                forget(i);
            }
        }
    }

    /** How long a key added now, or just found, is recognised: the window, or less while there is no room for all. */
    long windowMillis(long nowMillis) {
        return complete == Long.MIN_VALUE ? windowMillis : Math.min(windowMillis, Math.max(0, nowMillis - complete));
    }

    private void forget(int index) {
        Table table = tables[index];
        if (table != null) {
            entries -= table.count;
            tables[index] = null;
        }
    }

    void write(StateWriter out, long nowMillis) {
        for (Table table : tables) {
            out.flag(table != null);
            if (table != null) {
                table.write(out, nowMillis);
            }
        }
        out.flag(complete != Long.MIN_VALUE);
        out.number(complete == Long.MIN_VALUE ? 0 : nowMillis - complete);
    }

    void read(StateReader in, long nowMillis) {
        entries = 0;
        for (int i = 0; i < TABLES; i++) {
            Table table = in.flag() ? Table.read(in, nowMillis) : null;
            tables[i] = table;
            entries += table == null ? 0 : table.count;
        }
        boolean forgot = in.flag();
        long ago = in.number();
        complete = forgot ? nowMillis - ago : Long.MIN_VALUE;
    }

    /** Entries of one slice of the window: four longs each (hash, hash, offset, content) and a time. */
    private static final class Table {

        private final long start;
        private long[] words = new long[16 * WORDS];
        private int[] times = new int[16];
        private int count;

        Table(long start) {
            this.start = start;
        }

        @Nullable
        Found find(Hashed key, long since) {
            int at = slot(key);
            if (words[at * WORDS + 2] == 0 || start + times[at] < since) {
                return null;
            }
            return new Found(words[at * WORDS + 2], words[at * WORDS + 3]);
        }

        void add(Hashed key, long offset, long content, long nowMillis) {
            if (count * 2 >= times.length) {
                grow();
            }
            put(key, offset, content, (int) (nowMillis - start));
        }

        private void put(Hashed key, long offset, long content, int time) {
            int at = slot(key);
            if (words[at * WORDS + 2] == 0) {
                count++;
            }
            words[at * WORDS] = key.high();
            words[at * WORDS + 1] = key.low();
            words[at * WORDS + 2] = offset;
            words[at * WORDS + 3] = content;
            times[at] = time;
        }

        /** Where the key is, or the free place where it would be. Offsets start at 1, so 0 marks a free place. */
        private int slot(Hashed key) {
            int mask = times.length - 1;
            int at = (int) key.high() & mask;
            while (words[at * WORDS + 2] != 0
                    && (words[at * WORDS] != key.high() || words[at * WORDS + 1] != key.low())) {
                at = (at + 1) & mask;
            }
            return at;
        }

        private void grow() {
            long[] old = words;
            int[] oldTimes = times;
            words = new long[old.length * 2];
            times = new int[oldTimes.length * 2];
            count = 0;
            for (int i = 0; i < oldTimes.length; i++) {
                if (old[i * WORDS + 2] != 0) {
                    Hashed key = new Hashed(old[i * WORDS], old[i * WORDS + 1]);
                    put(key, old[i * WORDS + 2], old[i * WORDS + 3], oldTimes[i]);
                }
            }
        }

        void write(StateWriter out, long nowMillis) {
            out.number(nowMillis - start);
            out.number(count);
            for (int i = 0; i < times.length; i++) {
                if (words[i * WORDS + 2] != 0) {
                    out.number(words[i * WORDS]);
                    out.number(words[i * WORDS + 1]);
                    out.number(words[i * WORDS + 2]);
                    out.number(words[i * WORDS + 3]);
                    out.number(times[i]);
                }
            }
        }

        static Table read(StateReader in, long nowMillis) {
            Table table = new Table(nowMillis - in.number());
            int count = in.count();
            for (int i = 0; i < count; i++) {
                Hashed key = new Hashed(in.number(), in.number());
                long offset = in.number();
                long content = in.number();
                table.add(key, offset, content, table.start + in.number());
            }
            return table;
        }
    }
}
