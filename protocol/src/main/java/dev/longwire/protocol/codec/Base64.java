// SPDX-License-Identifier: Apache-2.0
package dev.longwire.protocol.codec;

import org.jspecify.annotations.Nullable;

/**
 * Strict base64 of RFC 4648 section 4: padded, no other characters, no bits set beyond the end. The JDK's decoder takes
 * more than one text for the same bytes.
 */
final class Base64 {

    private static final byte[] VALUES = new byte[128];

    static {
        String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        java.util.Arrays.fill(VALUES, (byte) -1);
        for (int i = 0; i < alphabet.length(); i++) {
            VALUES[alphabet.charAt(i)] = (byte) i;
        }
    }

    private Base64() {}

    /** The bytes, or null where the text is not base64. */
    static byte @Nullable [] decode(String text) {
        int length = text.length();
        if (length % 4 != 0) {
            return null;
        }
        int padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
        int digits = length - padding;
        byte[] bytes = new byte[length / 4 * 3 - padding];
        int bits = 0;
        int held = 0;
        int to = 0;
        for (int i = 0; i < digits; i++) {
            char c = text.charAt(i);
            int value = c < 128 ? VALUES[c] : -1;
            if (value < 0) {
                return null;
            }
            bits = ((bits << 6) | value) & 0xFFFFFF;
            held += 6;
            if (held >= 8) {
                held -= 8;
                bytes[to++] = (byte) (bits >> held);
            }
        }
        return (bits & ((1 << held) - 1)) == 0 ? bytes : null;
    }
}
