// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.state;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a {@link StateWriter} laid out. Every method throws {@link IllegalArgumentException} when the bytes end
 * early: state comes from the home's own store, so that is a broken store and not bad input.
 */
public final class StateReader {

    private final byte[] buffer;
    private int at;

    public StateReader(byte[] bytes) {
        this.buffer = bytes;
    }

    public long number() {
        long rest = 0;
        int shift = 0;
        while (true) {
            int octet = octet();
            rest |= (long) (octet & 0x7F) << shift;
            if ((octet & 0x80) == 0) {
                return (rest >>> 1) ^ -(rest & 1);
            }
            shift += 7;
        }
    }

    public int count() {
        long value = number();
        if (value < 0 || value > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("not a count");
        }
        return (int) value;
    }

    public boolean flag() {
        return octet() != 0;
    }

    public String text() {
        return new String(bytes(), StandardCharsets.UTF_8);
    }

    public @Nullable String optionalText() {
        return flag() ? text() : null;
    }

    public byte[] bytes() {
        int length = count();
        if (length > buffer.length - at) {
            throw new IllegalArgumentException("state ends early");
        }
        at += length;
        return Arrays.copyOfRange(buffer, at - length, at);
    }

    private int octet() {
        if (at >= buffer.length) {
            throw new IllegalArgumentException("state ends early");
        }
        return buffer[at++] & 0xFF;
    }
}
