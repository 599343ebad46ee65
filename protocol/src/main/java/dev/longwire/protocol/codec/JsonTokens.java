// SPDX-License-Identifier: Apache-2.0
package dev.longwire.protocol.codec;

import dev.longwire.protocol.Payload;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of JSON (RFC 8259, nothing beyond it) that {@link Utf8} found to be UTF-8. What a value is worth is worked
 * out only when somebody asks; what was skipped has been checked all the same. It keeps nothing from one message to the
 * next.
 */
final class JsonTokens extends Tokens {

    /** More digits than 2^53 has, and few enough for a long. */
    private static final int MAX_DIGITS = 18;

    private enum State {
        /** A value must follow. */
        VALUE,
        /** A map or list was opened: its first member or its end follows. */
        FIRST,
        /** A value has ended: a comma, the container's end or the message's follows. */
        AFTER
    }

    private final byte[] bytes;
    private final int end;
    private int at;
    private State state = State.VALUE;
    /** Per open container, whether it is a map; the outermost is number 1. */
    private final boolean[] maps;

    private int open;
    /** Where the current token starts, and whether it is a string with escapes. */
    private int start;

    private boolean escaped;
    private String name = "";

    JsonTokens(byte[] bytes, int offset, int length, int maxDepth) {
        super(maxDepth);
        this.bytes = bytes;
        at = offset;
        end = offset + length;
        // The first is unused, and the last is for the level that is refused.
        maps = new boolean[maxDepth + AROUND + 2];
    }

    /** Whether the bytes, which are UTF-8, are one JSON value that could stand in a JSON frame. */
    static boolean valid(byte[] utf8, int maxDepth) {
        try (JsonTokens tokens = new JsonTokens(utf8, 0, utf8.length, maxDepth)) {
            tokens.next();
            tokens.skip();
            return tokens.next() == Token.END;
        } catch (IOException refused) {
            return false;
        }
    }

    @Override
    Token read() throws Refused {
        int c = nonSpace();
        if (state == State.AFTER) {
            if (open == 0) {
                if (c >= 0) {
                    throw malformed();
                }
                return Token.END;
            }
            if (c != ',') {
                return close(c);
            }
            at++;
            c = nonSpace();
        } else if (state == State.FIRST && (c == '}' || c == ']')) {
            return close(c);
        }
        if (open > 0 && maps[open] && state != State.VALUE) {
            return readName(c);
        }
        return value(c);
    }

    /** The next byte that is no space, not yet consumed; -1 at the end. */
    private int nonSpace() {
        while (at < end) {
            int c = bytes[at];
            if (c != ' ' && c != '\n' && c != '\r' && c != '\t') {
                return c & 0xFF;
            }
            at++;
        }
        return -1;
    }

    private Token close(int c) throws Refused {
        if (c != (maps[open] ? '}' : ']')) {
            throw malformed();
        }
        at++;
        state = State.AFTER;
        return maps[open--] ? Token.CLOSE_MAP : Token.CLOSE_LIST;
    }

    private Token readName(int c) throws Refused {
        if (c != '"') {
            throw malformed();
        }
        string();
        name = text();
        if (nonSpace() != ':') {
            throw malformed();
        }
        at++;
        state = State.VALUE;
        return Token.NAME;
    }

    private Token value(int c) throws Refused {
        start = at;
        state = State.AFTER;
        return switch (c) {
            case '{' -> open(true);
            case '[' -> open(false);
            case '"' -> string();
            case 't' -> literal("true", Token.TRUE);
            case 'f' -> literal("false", Token.FALSE);
            case 'n' -> literal("null", Token.NULL);
            case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> readNumber();
            default -> throw malformed();
        };
    }

    private Token open(boolean map) {
        at++;
        maps[++open] = map;
        state = State.FIRST;
        return map ? Token.OPEN_MAP : Token.OPEN_LIST;
    }

    private Token literal(String word, Token token) throws Refused {
        int length = word.length();
        if (end - at < length) {
            throw malformed();
        }
        for (int i = 0; i < length; i++) {
            if (bytes[at + i] != word.charAt(i)) {
                throw malformed();
            }
        }
        at += length;
        return token;
    }

    private Token string() throws Refused {
        start = at++;
        escaped = false;
        while (at < end) {
            int c = bytes[at++];
            if (c == '"') {
                return Token.STRING;
            }
            if (c == '\\') {
                escaped = true;
                escape();
            } else if (c >= 0 && c < ' ') {
                throw malformed();
            }
        }
        throw malformed();
    }

    private void escape() throws Refused {
        int c = at < end ? bytes[at++] : -1;
        switch (c) {
            case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> {}
            case 'u' -> {
                if (end - at < 4) {
                    throw malformed();
                }
                for (int i = 0; i < 4; i++) {
                    if (hexDigit(bytes[at++]) < 0) {
                        throw malformed();
                    }
                }
            }
            default -> throw malformed();
        }
    }

    private Token readNumber() throws Refused {
        if (bytes[at] == '-') {
            at++;
        }
        if (at < end && bytes[at] == '0') {
            at++;
        } else {
            digits();
        }
        Token token = Token.INTEGER;
        if (at < end && bytes[at] == '.') {
            at++;
            digits();
            token = Token.DECIMAL;
        }
        if (at < end && (bytes[at] == 'e' || bytes[at] == 'E')) {
            at++;
            if (at < end && (bytes[at] == '+' || bytes[at] == '-')) {
                at++;
            }
            digits();
            token = Token.DECIMAL;
        }
        return token;
    }

    private void digits() throws Refused {
        int first = at;
        while (at < end && bytes[at] >= '0' && bytes[at] <= '9') {
            at++;
        }
        if (at == first) {
            throw malformed();
        }
    }

    @Override
    String name() {
        return name;
    }

    @Override
    String text() {
        int from = start + 1;
        int to = at - 1;
        if (!escaped) {
            return new String(bytes, from, to - from, StandardCharsets.UTF_8);
        }
        StringBuilder text = new StringBuilder(to - from);
        int plain = from;
        for (int i = from; i < to; ) {
            if (bytes[i] != '\\') {
                i++;
                continue;
            }
            text.append(new String(bytes, plain, i - plain, StandardCharsets.UTF_8));
            text.append(unescaped(i + 1));
            i += bytes[i + 1] == 'u' ? 6 : 2;
            plain = i;
        }
        return text.append(new String(bytes, plain, to - plain, StandardCharsets.UTF_8))
                .toString();
    }

    private static int hexDigit(int c) {
        if (c >= '0' && c <= '9') {
            return c - '0';
        }
        int letter = c | 0x20;
        return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
    }

    private char unescaped(int index) {
        int c = bytes[index];
        return switch (c) {
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> {
                int unit = 0;
                for (int i = 1; i <= 4; i++) {
                    unit = unit * 16 + hexDigit(bytes[index + i]);
                }
                yield (char) unit;
            }
            default -> (char) c;
        };
    }

    @Override
    @Nullable
    Long number() {
        boolean negative = bytes[start] == '-';
        int from = negative ? start + 1 : start;
        if (at - from > MAX_DIGITS) {
            return null;
        }
        long value = 0;
        for (int i = from; i < at; i++) {
            value = value * 10 + (bytes[i] - '0');
        }
        return negative ? -value : value;
    }

    /** Any value is a payload, with the bytes it has in the message. */
    @Override
    Payload payload() throws IOException {
        int from = start;
        skip();
        return Payload.json(Arrays.copyOfRange(bytes, from, at));
    }

    @Override
    boolean base64() {
        return true;
    }
}
