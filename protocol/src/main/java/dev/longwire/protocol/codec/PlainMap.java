// SPDX-License-Identifier: Apache-2.0
package dev.longwire.protocol.codec;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A JSON map of which only the plain values count: strings, booleans and integers. What lies deeper is skipped. */
public final class PlainMap {

    private static final int DEPTH = 8;

    /** The greatest integer that every language can hold. */
    private static final long MOST = (1L << 53) - 1;

    private final Map<String, Object> values;

    private PlainMap(Map<String, Object> values) {
        this.values = values;
    }

    /** The map, or null when the bytes are no JSON map. */
    public static @Nullable PlainMap read(byte[] bytes, int offset, int length) {
        if (Codec.check(Format.JSON, bytes, offset, length, DEPTH) != null) {
            return null;
        }
        try (Tokens tokens = Tokens.of(Format.JSON, bytes, offset, length, DEPTH)) {
            if (tokens.next() != Token.OPEN_MAP) {
                return null;
            }
            Map<String, Object> values = new LinkedHashMap<>();
            while (tokens.nextName()) {
                String name = tokens.name();
                Token token = tokens.next();
                if (token.opens()) {
                    tokens.skip();
                } else {
                    values.put(name, FrameReader.plain(tokens, token));
                }
            }
            return tokens.next() == Token.END ? new PlainMap(values) : null;
        } catch (IOException malformed) {
            return null;
        }
    }

    public String text(String name) {
        return values.get(name) instanceof String text ? text : "";
    }

    public boolean flag(String name) {
        return Boolean.TRUE.equals(values.get(name));
    }

    /** A whole number from 0 to 2^53 - 1; otherwise, or when there is none, the other value. */
    public long number(String name, long otherwise) {
        return values.get(name) instanceof Long number && number >= 0 && number <= MOST ? number : otherwise;
    }
}
