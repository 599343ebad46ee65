// SPDX-License-Identifier: Apache-2.0
package dev.longwire.client.json;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Walks over JSON text. Strict: RFC 8259 and nothing more, no key twice in a map, no half of a surrogate pair that stands
 * in the text itself, and a limit on the depth. It does not recurse, so deep text can't exhaust the stack.
 */
public final class JsonReader {
    private final String text;
    private final int maxDepth;
    private int at;

    /** Maps and arrays that are open here, innermost last: the names of a map so far, nothing for an array. */
    private final ArrayDeque<Optional<Set<String>>> open = new ArrayDeque<>();

    JsonReader(String text, int maxDepth) {
        this.text = text;
        this.maxDepth = maxDepth;
    }

    /**
     * Checks that a text is exactly one JSON value.
     *
     * @param maxDepth maps and arrays that may lie in one another
     * @throws JsonException saying what is wrong, and where
     */
    public static void check(String text, int maxDepth) {
        JsonReader reader = new JsonReader(text, maxDepth);
        reader.value();
        reader.end();
    }

    /**
     * The elements of an array, each as it is written.
     *
     * @throws JsonException when it is no array, or not JSON
     */
    public static List<String> elements(String text, int maxDepth) {
        JsonReader reader = new JsonReader(text, maxDepth);
        List<String> elements = new ArrayList<>();
        reader.open('[');
        for (boolean more = !reader.closes(']'); more; more = reader.goesOn(']')) {
            elements.add(reader.value());
        }
        reader.end();
        return elements;
    }

    /** Steps into a map or an array. */
    void open(char bracket) {
        space();
        if (peek() != bracket) {
            throw new JsonException("no " + (bracket == '{' ? "map" : "array"), at);
        }
        at++;
    }

    /** Steps out of an empty map or array, if it is one. */
    boolean closes(char bracket) {
        space();
        if (peek() == bracket) {
            at++;
            return true;
        }
        return false;
    }

    /** After an element: whether there is another one. */
    boolean goesOn(char bracket) {
        space();
        char next = take();
        if (next == ',') {
            return true;
        }
        if (next != bracket) {
            throw new JsonException("neither , nor " + bracket, at - 1);
        }
        return false;
    }

    /** Reads a name and its colon. */
    String name() {
        space();
        String name = string();
        space();
        if (take() != ':') {
            throw new JsonException("no colon after a name", at - 1);
        }
        return name;
    }

    /** Passes over one value and returns it as it is written, without the white space around it. */
    String value() {
        space();
        int start = at;
        int base = open.size();
        boolean within = begin();
        while (within || open.size() > base) {
            within = within ? begin() : next();
        }
        return text.substring(start, at);
    }

    /** Nothing but white space may be left. */
    void end() {
        space();
        if (at < text.length()) {
            throw new JsonException("something after the end", at);
        }
    }

    /** Passes over a scalar, or the opening of a map or an array; true when a value must follow. */
    private boolean begin() {
        space();
        char first = peek();
        if (first == '{' || first == '[') {
            if (open.size() == maxDepth) {
                throw new JsonException("nested deeper than " + maxDepth + " levels", at);
            }
            at++;
            boolean map = first == '{';
            if (closes(map ? '}' : ']')) {
                return false;
            }
            open.addLast(map ? Optional.of(new HashSet<>()) : Optional.empty());
            nameOfEntry();
            return true;
        }
        scalar(first);
        return false;
    }

    /** After a value: passes over a comma (then a value must follow) or a closing bracket. */
    private boolean next() {
        boolean map = open.getLast().isPresent();
        if (goesOn(map ? '}' : ']')) {
            nameOfEntry();
            return true;
        }
        open.removeLast();
        return false;
    }

    private void nameOfEntry() {
        Set<String> names = open.getLast().orElse(null);
        if (names != null) {
            space();
            int start = at;
            if (!names.add(name())) {
                throw new JsonException("the same name twice in a map", start);
            }
        }
    }

    private void scalar(char first) {
        if (first == '"') {
            string();
        } else if (first == '-' || (first >= '0' && first <= '9')) {
            number();
        } else if (!word("true") && !word("false") && !word("null")) {
            throw new JsonException("no JSON value", at);
        }
    }

    private boolean word(String word) {
        if (text.startsWith(word, at)) {
            at += word.length();
            return true;
        }
        return false;
    }

    private void number() {
        if (peek() == '-') {
            at++;
        }
        if (peek() == '0') {
            at++;
        } else {
            digits();
        }
        if (at < text.length() && text.charAt(at) == '.') {
            at++;
            digits();
        }
        if (at < text.length() && (text.charAt(at) == 'e' || text.charAt(at) == 'E')) {
            at++;
            if (peek() == '+' || peek() == '-') {
                at++;
            }
            digits();
        }
    }

    private void digits() {
        int start = at;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        if (at == start) {
            throw new JsonException("a digit is missing", at);
        }
    }

    /** Reads a string and returns what it says. */
    String string() {
        if (take() != '"') {
            throw new JsonException("no string", at - 1);
        }
        int start = at;
        while (true) {
            char c = take();
            if (c == '"') {
                return text.substring(start, at - 1);
            }
            if (c == '\\') {
                return unescaped(start);
            }
            plain(c);
        }
    }

    /** Goes on with a string whose first escape has just been met. */
    private String unescaped(int start) {
        StringBuilder out = new StringBuilder(text.substring(start, at - 1));
        at--;
        while (true) {
            char c = take();
            if (c == '"') {
                return out.toString();
            }
            if (c == '\\') {
                out.append(escape());
            } else {
                int from = at - 1;
                plain(c);
                out.append(text, from, at);
            }
        }
    }

    /** Checks one character that stands for itself, and takes the second half of a pair with the first. */
    private void plain(char c) {
        if (c < 0x20) {
            throw new JsonException("a control character in a string", at - 1);
        }
        if (Character.isSurrogate(c)) {
            boolean pair =
                    Character.isHighSurrogate(c) && at < text.length() && Character.isLowSurrogate(text.charAt(at));
            if (!pair) {
                throw new JsonException("half of a surrogate pair", at - 1);
            }
            at++;
        }
    }

    private char escape() {
        char c = take();
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> unicode();
            default -> throw new JsonException("an unknown escape", at - 1);
        };
    }

    private char unicode() {
        int value = 0;
        for (int i = 0; i < 4; i++) {
            char c = take();
            int digit = c < 0x80 ? Character.digit(c, 16) : -1;
            if (digit < 0) {
                throw new JsonException("an escape without four hexadecimal digits", at - 1);
            }
            value = value * 16 + digit;
        }
        return (char) value;
    }

    private void space() {
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c != ' ' && c != '\n' && c != '\r' && c != '\t') {
                return;
            }
            at++;
        }
    }

    private char peek() {
        if (at == text.length()) {
            throw new JsonException("the text ends too early", at);
        }
        return text.charAt(at);
    }

    private char take() {
        char c = peek();
        at++;
        return c;
    }
}
