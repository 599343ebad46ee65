// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.log;

import dev.longwire.core.state.StateReader;
import dev.longwire.core.state.StateWriter;
import java.util.Arrays;

/**
 * A channel's messages: contiguous offsets from 1 within an epoch, the oldest trimmed away. One owner appends; others
 * read {@link #view() views}.
 *
 * <p>Messages lie in segments of growing size (512 B doubling to 64 KiB), without an object per message: a log of a few
 * messages costs about a kilobyte, and a thousand missed messages are a few ranges of bytes.
 */
public final class MemoryLog {

    private static final Segment[] NONE = {};

    private final String epoch;
    private Segment[] segments = NONE;
    private long tail;
    private long head;
    private long bytes;

    public MemoryLog(String epoch, long head) {
        this.epoch = epoch;
        this.head = head;
        this.tail = head;
    }

    public String epoch() {
        return epoch;
    }

    public long head() {
        return head;
    }

    /** The offset before the oldest message that is still there. */
    public long tail() {
        return tail;
    }

    /** Bytes of the messages that are still there. */
    public long bytes() {
        return bytes;
    }

    /** Bytes of memory behind them. */
    public long footprint() {
        long sum = 0;
        for (Segment segment : segments) {
            sum += segment.bytes.length + 8L * segment.ends.length;
        }
        return sum;
    }

    /** Appends a message and returns its offset. */
    public long append(byte[] message, long nowMillis) {
        int length = message.length;
        Segment last = segments.length == 0 ? null : segments[segments.length - 1];
        if (last == null || !last.takes(length)) {
            int size = last == null ? Segment.SMALLEST : Segment.LARGEST;
            last = new Segment(head + 1, Math.max(size, length), 4, nowMillis);
            segments = Arrays.copyOf(segments, segments.length + 1);
            segments[segments.length - 1] = last;
        } else {
            Segment roomy = last.with(length);
            if (roomy != last) {
                // Views share the array of segments, so it is replaced and not written to.
                segments = segments.clone();
                segments[segments.length - 1] = roomy;
                last = roomy;
            }
        }
        last.add(message, 0, length, nowMillis);
        bytes += length;
        head++;
        return head;
    }

    public LogView view() {
        return new LogView(epoch, segments, tail, head);
    }

    /** When the newest message was appended; 0 when there is none. */
    public long lastTime() {
        return tail == head ? 0 : segments[segments.length - 1].time(head);
    }

    /** Lets go of what need not be kept. */
    public void trim(Retention retention, long nowMillis) {
        if (tail == head) {
            return;
        }
        long oldest = nowMillis - retention.ageMillis();
        int at = Segment.find(segments, tail + 1);
        while (tail < head) {
            if (at + 1 < segments.length && segments[at + 1].first == tail + 1) {
                at++;
            }
            boolean old = segments[at].time(tail + 1) < oldest && head - tail > retention.count();
            if (!old && bytes <= retention.bytes()) {
                break;
            }
            drop(segments[at]);
        }
        release();
    }

    /** Lets go of the oldest messages until at most {@code maxBytes} are left, sparing those after {@code youngest}. */
    public void shrink(long maxBytes, long youngest) {
        int at = tail == head ? 0 : Segment.find(segments, tail + 1);
        while (tail < head && bytes > maxBytes) {
            if (at + 1 < segments.length && segments[at + 1].first == tail + 1) {
                at++;
            }
            if (segments[at].time(tail + 1) > youngest) {
                break;
            }
            drop(segments[at]);
        }
        release();
    }

    private void drop(Segment segment) {
        tail++;
        bytes -= segment.bytesBetween(tail, tail);
    }

    private void release() {
        int gone = 0;
        while (gone + 1 < segments.length && segments[gone + 1].first <= tail + 1) {
            gone++;
        }
        if (tail == head) {
            segments = NONE;
        } else if (gone > 0) {
            segments = Arrays.copyOfRange(segments, gone, segments.length);
        }
    }

    public void write(StateWriter out, long nowMillis) {
        out.text(epoch);
        out.number(head);
        out.number(tail);
        view().slice(tail, head, Integer.MAX_VALUE).read((offset, array, start, length) -> {
            out.number(nowMillis - segments[Segment.find(segments, offset)].time(offset));
            out.bytes(Arrays.copyOfRange(array, start, start + length));
        });
    }

    public static MemoryLog read(StateReader in, long nowMillis) {
        String epoch = in.text();
        long head = in.number();
        long tail = in.number();
        MemoryLog log = new MemoryLog(epoch, tail);
        for (long offset = tail; offset < head; offset++) {
            long time = nowMillis - in.number();
            log.append(in.bytes(), time);
        }
        return log;
    }
}
