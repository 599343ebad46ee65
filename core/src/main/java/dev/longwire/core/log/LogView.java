// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.log;

import java.util.Arrays;

/**
 * What a log held at one moment. Views are immutable and share the log's bytes, so that a hub on another thread can
 * read what its owner appended without a lock, once the view has been handed over safely.
 */
public final class LogView {

    private final String epoch;
    private final Segment[] segments;
    private final long tail;
    private final long head;

    LogView(String epoch, Segment[] segments, long tail, long head) {
        this.epoch = epoch;
        this.segments = segments;
        this.tail = tail;
        this.head = head;
    }

    public String epoch() {
        return epoch;
    }

    /** The offset of the newest message; 0 when there never was one. */
    public long head() {
        return head;
    }

    /** The offset before the oldest message that is still there. */
    public long tail() {
        return tail;
    }

    /**
     * The messages after {@code from}: as many as fit in {@code maxBytes}, but at least one if there is one. Starts
     * later than asked where the log was trimmed.
     */
    public LogSlice slice(long from, long to, int maxBytes) {
        long start = Math.max(from, tail);
        long end = Math.min(to, head);
        if (start >= end) {
            return new LogSlice(segments, start, start, 0);
        }
        int bytes = 0;
        long offset = start;
        int at = find(start + 1);
        while (offset < end) {
            Segment segment = segments[at];
            long last = at + 1 < segments.length ? Math.min(end, segments[at + 1].first - 1) : end;
            long fits = segment.fitting(offset + 1, last, offset == start ? Math.max(1, maxBytes) : maxBytes - bytes);
            if (fits <= offset && offset == start) {
                fits = offset + 1;
            }
            if (fits <= offset) {
                break;
            }
            bytes += segment.bytesBetween(offset + 1, fits);
            offset = fits;
            if (offset < last) {
                break;
            }
            at++;
        }
        return new LogSlice(segments, start, offset, bytes);
    }

    /**
     * Of the messages after {@code from} only those at {@code picked} offsets, which are in order and still there, up
     * to {@code to}, as many as fit in {@code maxBytes} and at least one if there is one.
     */
    public LogSlice pick(long from, long to, long[] picked, int maxBytes) {
        int bytes = 0;
        int count = 0;
        long end = Math.min(to, head);
        while (count < picked.length && picked[count] <= to) {
            Segment segment = segments[find(picked[count])];
            int length = segment.bytesBetween(picked[count], picked[count]);
            if (count > 0 && bytes + length > maxBytes) {
                end = picked[count - 1];
                break;
            }
            bytes += length;
            count++;
        }
        return new LogSlice(segments, from, end, bytes, Arrays.copyOf(picked, count));
    }

    private int find(long offset) {
        return Segment.find(segments, offset);
    }
}
