// SPDX-License-Identifier: Apache-2.0
package dev.longwire.protocol.codec;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON that is no frame, such as a token's claims, as strictly as frames are read: RFC 8259 and nothing beyond it,
 * UTF-8, no name twice in any map, no byte after the end, depth within the limit. Each method looks at one level and
 * leaves what is inside as bytes, so that whoever asks goes only as deep as it means to. Nothing is thrown whatever the
 * bytes are: null says that they are not what was asked for.
 */
public final class StrictJson {

    private StrictJson() {}

    /** The members of a map in their order, each value as it was written; everything inside is checked too. */
    public static @Nullable Map<String, byte[]> members(byte[] utf8, int maxDepth) {
        return read(utf8, maxDepth, tokens -> {
            if (tokens.next() != Token.OPEN_MAP) {
                return null;
            }
            Map<String, byte[]> members = new LinkedHashMap<>();
            while (tokens.nextName()) {
                String name = tokens.name();
                tokens.next();
                members.put(name, tokens.payload().bytes());
            }
            return members;
        });
    }

    /** The elements of a list, likewise. */
    public static @Nullable List<byte[]> elements(byte[] utf8, int maxDepth) {
        return read(utf8, maxDepth, tokens -> {
            if (tokens.next() != Token.OPEN_LIST) {
                return null;
            }
            List<byte[]> elements = new ArrayList<>();
            while (tokens.next() != Token.CLOSE_LIST) {
                elements.add(tokens.payload().bytes());
            }
            return elements;
        });
    }

    /** A string; null also for one that has half of a surrogate pair. */
    public static @Nullable String text(byte[] utf8) {
        return read(utf8, 1, tokens -> {
            if (tokens.next() != Token.STRING) {
                return null;
            }
            String text = tokens.text();
            return Utf8.loneSurrogate(text, 0) < 0 ? text : null;
        });
    }

    /** A number without a fraction or an exponent, of at most 18 digits. */
    public static @Nullable Long integer(byte[] utf8) {
        return read(utf8, 1, tokens -> tokens.next() == Token.INTEGER ? tokens.number() : null);
    }

    private interface Reading<T> {
        @Nullable
        T of(JsonTokens tokens) throws IOException;
    }

    private static <T> @Nullable T read(byte[] utf8, int maxDepth, Reading<T> reading) {
        if (!Utf8.valid(utf8, 0, utf8.length)) {
            return null;
        }
        try (JsonTokens tokens = new JsonTokens(utf8, 0, utf8.length, maxDepth)) {
            T value = reading.of(tokens);
            return value != null && tokens.next() == Token.END ? value : null;
        } catch (IOException refused) {
            return null;
        }
    }
}
