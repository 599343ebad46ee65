// SPDX-License-Identifier: Apache-2.0
package dev.longwire.faults;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/** Bytes that have been read and not yet been understood. */
final class Pile {

    private byte[] bytes = new byte[1024];
    private int start;
    private int end;

    void add(ByteBuf more) {
        int length = more.readableBytes();
        if (end + length > bytes.length) {
            int size = size();
            byte[] target = size + length > bytes.length ? new byte[Math.max(bytes.length * 2, size + length)] : bytes;
            System.arraycopy(bytes, start, target, 0, size);
            bytes = target;
            start = 0;
            end = size;
        }
        more.readBytes(bytes, end, length);
        end += length;
    }

    int size() {
        return end - start;
    }

    /** An unsigned byte. */
    int at(int index) {
        return bytes[start + index] & 0xff;
    }

    byte[] take(int length) {
        byte[] taken = Arrays.copyOfRange(bytes, start, start + length);
        start += length;
        if (start == end) {
            start = 0;
            end = 0;
        }
        return taken;
    }

    byte[] takeAll() {
        return take(size());
    }

    /** Where the line that begins at an index ends, line feed included; -1 when its end is not there yet. */
    int lineEnd(int from) {
        for (int i = from; i < size(); i++) {
            if (at(i) == '\n') {
                return i + 1;
            }
        }
        return -1;
    }

    /** Where the head of an HTTP message ends, its empty line included; -1 when its end is not there yet. */
    int headEnd() {
        for (int i = 3; i < size(); i++) {
            if (at(i) == '\n' && at(i - 1) == '\r' && at(i - 2) == '\n' && at(i - 3) == '\r') {
                return i + 1;
            }
        }
        return -1;
    }

    byte[] copy(int from, int to) {
        return Arrays.copyOfRange(bytes, start + from, start + to);
    }
}
