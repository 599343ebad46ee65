// SPDX-License-Identifier: Apache-2.0
package dev.longwire.conformance;

import java.io.ByteArrayOutputStream;

/** Bytes as text. The JDK's {@code HexFormat} is not in every class library the portable part is compiled with. */
final class Hex {

    private static final String DIGITS = "0123456789abcdef";

    private Hex() {}

    /**
     * Reads digits, spaces between them allowed. {@code 81*100} stands for a hundred bytes 81.
     */
    static byte[] bytes(int line, String text) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int at = 0;
        while (at < text.length()) {
            int space = text.indexOf(' ', at);
            int end = space < 0 ? text.length() : space;
            word(line, text.substring(at, end), out);
            at = end + 1;
        }
        return out.toByteArray();
    }

    private static void word(int line, String word, ByteArrayOutputStream out) {
        int star = word.indexOf('*');
        String digits = star < 0 ? word : word.substring(0, star);
        int times = star < 0 ? 1 : Integer.parseInt(word.substring(star + 1));
        for (int time = 0; time < times; time++) {
            append(line, digits, out);
        }
    }

    private static void append(int line, String digits, ByteArrayOutputStream out) {
        if (digits.length() % 2 != 0) {
            throw new TranscriptException(line, "half a byte");
        }
        for (int i = 0; i < digits.length(); i += 2) {
            int high = DIGITS.indexOf(digits.charAt(i));
            int low = DIGITS.indexOf(digits.charAt(i + 1));
            if (high < 0 || low < 0) {
                throw new TranscriptException(line, "not a hexadecimal digit");
            }
            out.write(high << 4 | low);
        }
    }

    static String text(byte[] bytes) {
        StringBuilder text = new StringBuilder(bytes.length * 2);
        for (byte value : bytes) {
            text.append(DIGITS.charAt(value >> 4 & 15)).append(DIGITS.charAt(value & 15));
        }
        return text.toString();
    }
}
