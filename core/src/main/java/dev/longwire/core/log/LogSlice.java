// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.log;

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

    LogSlice(Segment[] segments, long from, long to, int bytes) {
        this.segments = segments;
        this.from = from;
        this.to = to;
        this.bytes = bytes;
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

    /** Shows every message, in order. */
    public void read(Reader reader) {
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
}
