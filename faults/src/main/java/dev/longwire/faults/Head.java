// SPDX-License-Identifier: Apache-2.0
package dev.longwire.faults;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** The head of an HTTP/1.1 message: its first line's words, and its fields by lower-case name. */
record Head(String[] words, Map<String, String> fields) {

    static Head parse(byte[] bytes) {
        String[] lines = new String(bytes, StandardCharsets.ISO_8859_1).split("\r\n", -1);
        Map<String, String> fields = new TreeMap<>();
        for (int i = 1; i < lines.length; i++) {
            int colon = lines[i].indexOf(':');
            if (colon > 0) {
                String name = lines[i].substring(0, colon).trim().toLowerCase(Locale.ROOT);
                fields.merge(name, lines[i].substring(colon + 1).trim(), (a, b) -> a + "," + b);
            }
        }
        return new Head(lines[0].split(" ", 3), fields);
    }

    String word(int index) {
        return index < words.length ? words[index] : "";
    }

    String field(String name) {
        return fields.getOrDefault(name, "");
    }

    boolean says(String name, String value) {
        return field(name).toLowerCase(Locale.ROOT).contains(value);
    }

    boolean chunked() {
        return says("transfer-encoding", "chunked");
    }

    /** -1 when it doesn't say, or not as a number. */
    int length() {
        String text = field("content-length");
        boolean number = !text.isEmpty()
                && text.length() < 10
                && text.chars().allMatch(character -> character >= '0' && character <= '9');
        return number ? Integer.parseInt(text) : -1;
    }

    int status() {
        String text = word(1);
        return text.matches("[1-9][0-9]{2}") ? Integer.parseInt(text) : 0;
    }
}
