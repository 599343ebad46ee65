// SPDX-License-Identifier: Apache-2.0
package dev.longwire.protocol.codec;

import java.io.OutputStream;
import java.util.Arrays;

/** Bytes in memory that grow at the end. */
public final class ByteSink extends OutputStream {

    private byte[] bytes;
    private int length;

    public ByteSink() {
        this(256);
    }

    public ByteSink(int capacity) {
        bytes = new byte[capacity];
    }

    @Override
    public void write(int value) {
        ensure(1);
        bytes[length++] = (byte) value;
    }

    @Override
    public void write(byte[] from) {
        write(from, 0, from.length);
    }

    @Override
    public void write(byte[] from, int offset, int count) {
        ensure(count);
        System.arraycopy(from, offset, bytes, length, count);
        length += count;
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}

    public int length() {
        return length;
    }

    /** The bytes themselves, {@link #length()} of them from index 0; valid until the next write. */
    public byte[] array() {
        return bytes;
    }

    public byte[] toByteArray() {
        return Arrays.copyOf(bytes, length);
    }

    /** Forgets the content and keeps the room. */
    public void reset() {
        length = 0;
    }

    private void ensure(int more) {
        if (more > bytes.length - length) {
            bytes = Arrays.copyOf(bytes, Math.max(length + more, bytes.length * 2));
        }
    }
}
