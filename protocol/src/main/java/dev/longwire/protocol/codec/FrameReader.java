// SPDX-License-Identifier: Apache-2.0
package dev.longwire.protocol.codec;

import dev.longwire.protocol.Payload;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads maps of fields from tokens, for frames in either direction and either format. */
final class FrameReader {

    private static final int MAX_HEADERS = 16;
    private static final int MAX_HEADER_NAME = 64;
    private static final int MAX_HEADER_VALUE = 1024;
    /** frame, resume, an entry of channels, since: no field of ours lies deeper. */
    private static final int LEVELS = 4;

    private final Tokens tokens;
    private final boolean fromServer;
    private final int maxEntries;

    /** Reads frames from clients. */
    FrameReader(Tokens tokens, CodecLimits limits) {
        this(tokens, false, limits.maxResumeChannels());
    }

    private FrameReader(Tokens tokens, boolean fromServer, int maxEntries) {
        this.tokens = tokens;
        this.fromServer = fromServer;
        this.maxEntries = maxEntries;
    }

    /** Reads frames from a server, which is trusted with the length of its lists. */
    static FrameReader fromServer(Tokens tokens) {
        return new FrameReader(tokens, true, Integer.MAX_VALUE);
    }

    /** Reads the frame whose opening is the current token, to its end. */
    Fields frame() throws IOException {
        return map("", 1);
    }

    private Fields map(String prefix, int level) throws IOException {
        Fields fields = new Fields(prefix);
        while (tokens.nextName()) {
            Field field = Field.of(tokens.name());
            put(field, tokens.next(), fields, level);
        }
        return fields;
    }

    /** Reads the value that {@code token} starts into a map of the outermost level. */
    void put(@Nullable Field field, Token token, Fields to) throws IOException {
        put(field, token, to, 1);
    }

    private void put(@Nullable Field field, Token token, Fields to, int level) throws IOException {
        if (field == null) {
            tokens.skip();
            return;
        }
        Object value = value(field, token, to.prefix(), level);
        if (value != null) {
            to.put(field, value);
        }
    }

    /** The value that {@code token} starts, read to its end; null when this format does not have the field. */
    private @Nullable Object value(Field field, Token token, String prefix, int level) throws IOException {
        Field.Shape shape = field.shape();
        if (shape == Field.Shape.PAYLOAD) {
            Payload payload = tokens.payload();
            return payload == null ? Fields.Fault.INVALID : payload;
        }
        if (field == Field.DATA64 && !tokens.base64()) {
            tokens.skip();
            return null;
        }
        if (!token.opens()) {
            return plain(tokens, token);
        }
        boolean isMap = token == Token.OPEN_MAP;
        if (level < LEVELS) {
            if (isMap && (shape == Field.Shape.MAP || shape == Field.Shape.SWITCH)) {
                return map(prefix + field.wire() + ".", level + 1);
            }
            if (isMap && shape == Field.Shape.HEADERS) {
                return headers();
            }
            if (shape == Field.Shape.CHANNELS || shape == Field.Shape.MESSAGES) {
                return list(prefix + field.wire() + ".", isMap, level + 1);
            }
        }
        tokens.skip();
        return Fields.Fault.INVALID;
    }

    /** A string, a boolean, an integer or null; anything else is a fault. */
    static Object plain(Tokens tokens, Token token) throws IOException {
        return switch (token) {
            case STRING -> tokens.text();
            case TRUE -> true;
            case FALSE -> false;
            case NULL -> Fields.Nothing.NULL;
            case INTEGER -> {
                Long number = tokens.number();
                yield number == null ? Fields.Fault.INVALID : number;
            }
            default -> Fields.Fault.INVALID;
        };
    }

    private Object headers() throws IOException {
        Map<String, String> all = new LinkedHashMap<>();
        Fields.Fault fault = null;
        while (tokens.nextName()) {
            String name = tokens.name();
            Token token = tokens.next();
            tokens.skip();
            if (fault == null) {
                fault = header(name, token, all);
            }
        }
        return fault == null ? new Fields.Headers(all) : fault;
    }

    private Fields.@Nullable Fault header(String name, Token token, Map<String, String> to) throws IOException {
        if (token != Token.STRING) {
            return Fields.Fault.INVALID;
        }
        String value = tokens.text();
        if (to.size() == MAX_HEADERS || name.length() > MAX_HEADER_NAME || value.length() > MAX_HEADER_VALUE) {
            return Fields.Fault.LONG;
        }
        if (Utf8.loneSurrogate(name, 0) >= 0 || Utf8.loneSurrogate(value, 0) >= 0) {
            return Fields.Fault.INVALID;
        }
        to.put(name, value);
        return null;
    }

    /** Maps of fields in an array, or in a map by channel name. */
    private Object list(String prefix, boolean byName, int level) throws IOException {
        List<Fields> all = new ArrayList<>();
        Fields.Fault fault = byName || fromServer ? null : Fields.Fault.INVALID;
        for (Token token = tokens.next(); !token.closes(); token = tokens.next()) {
            String name = byName ? tokens.name() : null;
            Token start = byName ? tokens.next() : token;
            if (fault == null && all.size() == maxEntries) {
                fault = Fields.Fault.LONG;
            }
            if (start != Token.OPEN_MAP && fault == null) {
                fault = Fields.Fault.INVALID;
            }
            if (fault != null) {
                tokens.skip();
                continue;
            }
            Fields entry = map(prefix, level);
            if (name != null) {
                entry.put(Field.CHANNEL, name);
            }
            all.add(entry);
        }
        return fault == null ? new Fields.FieldsList(all) : fault;
    }
}
