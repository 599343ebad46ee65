// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import com.fasterxml.jackson.dataformat.cbor.CBORGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** JSON and CBOR as plain values, read independently of what the server reads with. */
final class Documents {
    private static final JsonFactory JSON_FACTORY = new JsonFactory();
    private static final CBORFactory CBOR_FACTORY = new CBORFactory();

    private Documents() {}

    @SuppressWarnings("unchecked")
    static Map<String, Object> parse(boolean asCbor, byte[] bytes) throws IOException {
        try (JsonParser parser = asCbor ? CBOR_FACTORY.createParser(bytes) : JSON_FACTORY.createParser(bytes)) {
            parser.nextToken();
            Object value = value(parser);
            if (value instanceof Map<?, ?> map) {
                return (Map<String, Object>) map;
            }
            throw new IOException("not a map: " + value);
        }
    }

    static Map<String, Object> parse(String json) throws IOException {
        return parse(false, json.getBytes(StandardCharsets.UTF_8));
    }

    /** A field that must be there. */
    static Object get(Map<?, ?> document, String name) {
        return Objects.requireNonNull(document.get(name), name);
    }

    static String text(Map<?, ?> document, String name) {
        return get(document, name).toString();
    }

    static long number(Map<?, ?> document, String name) {
        return (Long) get(document, name);
    }

    static List<?> list(Map<?, ?> document, String name) {
        return (List<?>) get(document, name);
    }

    private static @Nullable Object value(JsonParser parser) throws IOException {
        return switch (parser.currentToken()) {
            case START_OBJECT -> {
                Map<String, @Nullable Object> map = new LinkedHashMap<>();
                while (parser.nextToken() != JsonToken.END_OBJECT) {
                    String name = parser.currentName();
                    parser.nextToken();
                    map.put(name, value(parser));
                }
                yield map;
            }
            case START_ARRAY -> {
                List<@Nullable Object> list = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    list.add(value(parser));
                }
                yield list;
            }
            case VALUE_STRING -> parser.getText();
            case VALUE_NUMBER_INT -> parser.getLongValue();
            case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            case VALUE_EMBEDDED_OBJECT -> parser.getBinaryValue();
            default -> throw new IOException("unexpected " + parser.currentToken());
        };
    }

    /** The same map in CBOR; a payload has to be JSON text in a string already. */
    static byte[] toCbor(String json) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonParser from = JSON_FACTORY.createParser(json);
                var to = CBOR_FACTORY.createGenerator(out)) {
            while (from.nextToken() != null) {
                to.copyCurrentEvent(from);
            }
        }
        return out.toByteArray();
    }

    /** A map of strings, longs and byte arrays. */
    static byte[] toCbor(Map<String, Object> map) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (CBORGenerator to = CBOR_FACTORY.createGenerator(out)) {
            to.writeStartObject();
            for (Map.Entry<String, Object> entry : map.entrySet()) {
                to.writeFieldName(entry.getKey());
                switch (entry.getValue()) {
                    case byte[] bytes -> to.writeBinary(bytes);
                    case Long number -> to.writeNumber(number);
                    default -> to.writeString(entry.getValue().toString());
                }
            }
            to.writeEndObject();
        }
        return out.toByteArray();
    }
}
