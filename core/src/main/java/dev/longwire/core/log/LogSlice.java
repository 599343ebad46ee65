// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.log;

import org.jspecify.annotations.Nullable;

/** Messages of a {@link MemoryLog}: each a finished {@code message} frame in JSON, without any transport's framing. */
public final class LogSlice implements Slice {

    /** Takes each message in turn; the range of the array is only to be read. */
    public interface Reader {
        void message(long offset, byte[] bytes, int start, int length);
    }

    private final Segment[] segments;
    private final long from;
    private final long to;
    private final int bytes;

    /** The offsets that are in it, where not all are; else null. */
    private final long @Nullable [] picked;

    LogSlice(Segment[] segments, long from, long to, int bytes) {
        this(segments, from, to, bytes, null);
    }

    LogSlice(Segment[] segments, long from, long to, int bytes, long @Nullable [] picked) {
        this.segments = segments;
        this.from = from;
        this.to = to;
        this.bytes = bytes;
        this.picked = picked;
    }

    @Override
    public long from() {
        return from;
    }

    @Override
    public long to() {
        return to;
    }

    @Override
    public int bytes() {
        return bytes;
    }

    @Override
    public boolean conflated() {
        return picked != null;
    }

    /** Shows every message, in order. */
    public void read(Reader reader) {
        if (picked != null) {
            for (long offset : picked) {
                Segment segment = segments[Segment.find(segments, offset)];
                int start = segment.start(offset);
                reader.message(offset, segment.bytes, start, segment.end(offset) - start);
            }
            return;
        }
        if (from >= to) {
            return;
        }
        int at = Segment.find(segments, from + 1);
        long offset = from + 1;
        while (offset <= to) {
            Segment segment = segments[at];
            long last = at + 1 < segments.length ? Math.min(to, segments[at + 1].first - 1) : to;
            for (; offset <= last; offset++) {
                int start = segment.start(offset);
                reader.message(offset, segment.bytes, start, segment.end(offset) - start);
            }
            at++;
        }
    }

    @Override
    public String toString() {
        return "(" + from + ", " + to + "]";
    }
}
