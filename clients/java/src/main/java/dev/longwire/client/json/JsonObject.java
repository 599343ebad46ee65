// SPDX-License-Identifier: Apache-2.0
package dev.longwire.client.json;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A JSON map whose values are kept as they are written, until somebody asks. Unchangeable. */
public final class JsonObject {
    private static final double EXACT = 1L << 53;

    private final Map<String, String> fields;
    private final int maxDepth;

    private JsonObject(Map<String, String> fields, int maxDepth) {
        this.fields = fields;
        this.maxDepth = maxDepth;
    }

    /**
     * Reads a text that is exactly one map.
     *
     * @param maxDepth maps and arrays that may lie in one another, this map included
     * @throws JsonException when it is not
     */
    public static JsonObject parse(String text, int maxDepth) {
        JsonReader reader = new JsonReader(text, maxDepth - 1);
        Map<String, String> fields = new LinkedHashMap<>();
        reader.open('{');
        for (boolean more = !reader.closes('}'); more; more = reader.goesOn('}')) {
            if (fields.put(reader.name(), reader.value()) != null) {
                throw new JsonException("the same name twice in a map");
            }
        }
        reader.end();
        return new JsonObject(fields, maxDepth);
    }

    /** The names of the fields, in the order in which they stand. */
    public Set<String> names() {
        return Collections.unmodifiableSet(fields.keySet());
    }

    /** A field as it is written, or null when it is absent. */
    public @Nullable String raw(String name) {
        return fields.get(name);
    }

    /**
     * A string field, or null when it is absent or null.
     *
     * @throws JsonException when it is something else
     */
    public @Nullable String text(String name) {
        String raw = fields.get(name);
        if (raw == null || raw.equals("null")) {
            return null;
        }
        if (raw.charAt(0) != '"') {
            throw new JsonException("the field is no string: " + name);
        }
        return new JsonReader(raw, 0).string();
    }

    /**
     * A string field.
     *
     * @throws JsonException when it is absent, or something else
     */
    public String needText(String name) {
        String text = text(name);
        if (text == null) {
            throw new JsonException("the field is missing: " + name);
        }
        return text;
    }

    /**
     * An integer field from 0 to 2^53 - 1, or {@code absent} when it is absent or null.
     *
     * @throws JsonException when it is something else
     */
    public long number(String name, long absent) {
        String raw = fields.get(name);
        if (raw == null || raw.equals("null")) {
            return absent;
        }
        // A peer may write an integer with a fraction of zeros or an exponent.
        double value = "\"[{tf".indexOf(raw.charAt(0)) >= 0 ? -1 : Double.parseDouble(raw);
        if (!(value >= 0 && value < EXACT) || value != Math.rint(value)) {
            throw new JsonException("the field is no integer of ours: " + name);
        }
        return (long) value;
    }

    /** Whether a field is there and true. */
    public boolean flag(String name) {
        return "true".equals(fields.get(name));
    }

    /** A field that is a map of strings; empty when it is absent or null. */
    public Map<String, String> texts(String name) {
        String raw = fields.get(name);
        if (raw == null || raw.equals("null")) {
            return Map.of();
        }
        JsonObject map = parse(raw, maxDepth);
        Map<String, String> texts = new LinkedHashMap<>();
        for (String key : map.names()) {
            texts.put(key, map.needText(key));
        }
        return Collections.unmodifiableMap(texts);
    }
}
