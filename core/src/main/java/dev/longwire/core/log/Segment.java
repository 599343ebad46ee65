// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.log;

import java.util.Arrays;

/**
 * A run of consecutive messages in one array. The array and the ends only ever grow at their end, beyond what any view
 * shows; a segment that needs more room is replaced by a larger copy, so older views keep what they have.
 */
final class Segment {

    static final int SMALLEST = 512;
    static final int LARGEST = 64 * 1024;

    /** Offset of the first message. */
    final long first;

    final byte[] bytes;

    /** Where each message ends in {@code bytes}. */
    final int[] ends;

    /** When each message was appended, in ms after {@code base}. */
    final int[] times;

    final long base;

    /** How many messages; only the owner of the log reads or writes this. */
    int count;

    Segment(long first, int bytes, int messages, long base) {
        this.first = first;
        this.bytes = new byte[bytes];
        this.ends = new int[messages];
        this.times = new int[messages];
        this.base = base;
    }

    private Segment(Segment from, byte[] bytes, int messages) {
        this.first = from.first;
        this.bytes = bytes;
        this.ends = Arrays.copyOf(from.ends, messages);
        this.times = Arrays.copyOf(from.times, messages);
        this.base = from.base;
        this.count = from.count;
    }

    int used() {
        return count == 0 ? 0 : ends[count - 1];
    }

    /** Whether {@code length} more bytes fit, if necessary into a larger copy. */
    boolean takes(int length) {
        return count == 0 || used() + length <= LARGEST;
    }

    /** This segment, or a larger copy with room for one more message. */
    Segment with(int length) {
        int needed = used() + length;
        boolean room = needed <= bytes.length;
        if (room && count < ends.length) {
            return this;
        }
        int size = bytes.length;
        while (size < needed) {
            size = Math.max(SMALLEST, size * 2);
        }
        byte[] larger = room ? bytes : Arrays.copyOf(bytes, size);
        return new Segment(this, larger, count < ends.length ? ends.length : Math.max(4, ends.length * 2));
    }

    void add(byte[] message, int offset, int length, long time) {
        int start = used();
        System.arraycopy(message, offset, bytes, start, length);
        ends[count] = start + length;
        times[count] = (int) Math.min(Integer.MAX_VALUE, time - base);
        count++;
    }

    int start(long offset) {
        int index = (int) (offset - first);
        return index == 0 ? 0 : ends[index - 1];
    }

    int end(long offset) {
        return ends[(int) (offset - first)];
    }

    int bytesBetween(long from, long to) {
        return end(to) - start(from);
    }

    long time(long offset) {
        return base + times[(int) (offset - first)];
    }

    /** The last offset up to which the messages from {@code from} on fit; {@code from} - 1 when not even one does. */
    long fitting(long from, long to, int maxBytes) {
        int limit = start(from) + maxBytes;
        if (limit < 0 || end(to) <= limit) {
            return to;
        }
        int low = (int) (from - first);
        int high = (int) (to - first);
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (ends[middle] <= limit) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return first + low - 1;
    }

    /** The index of the segment that holds this offset. */
    static int find(Segment[] segments, long offset) {
        int low = 0;
        int high = segments.length - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (segments[middle].first <= offset) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }
}
