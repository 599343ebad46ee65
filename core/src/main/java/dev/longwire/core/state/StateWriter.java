// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.state;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Lays values out as bytes, to be read back in the same order by a {@link StateReader}. */
public final class StateWriter {

    private byte[] buffer = new byte[256];
    private int length;

    /** A whole number, small ones in few bytes. */
    public void number(long value) {
        long rest = (value << 1) ^ (value >> 63);
        while ((rest & ~0x7FL) != 0) {
            octet((int) (rest & 0x7F) | 0x80);
            rest >>>= 7;
        }
        octet((int) rest);
    }

    public void flag(boolean value) {
        octet(value ? 1 : 0);
    }

    public void text(String value) {
        bytes(value.getBytes(StandardCharsets.UTF_8));
    }

    public void optionalText(@Nullable String value) {
        flag(value != null);
        if (value != null) {
            text(value);
        }
    }

    public void bytes(byte[] value) {
        number(value.length);
        room(value.length);
        System.arraycopy(value, 0, buffer, length, value.length);
        length += value.length;
    }

    public byte[] toBytes() {
        return Arrays.copyOf(buffer, length);
    }

    private void octet(int value) {
        room(1);
        buffer[length++] = (byte) value;
    }

    private void room(int more) {
        if (length + more > buffer.length) {
            buffer = Arrays.copyOf(buffer, Math.max(buffer.length * 2, length + more));
        }
    }
}
