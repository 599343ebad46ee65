// SPDX-License-Identifier: Apache-2.0
package dev.longwire.conformance;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the names {@code "$name"} of a transcript stand for so far, and what fits a pattern. */
final class Bindings {

    private static final String ANYTHING = "*";

    /** Values by name, as JSON text. */
    private final Map<String, String> values = new LinkedHashMap<>();

    /** The text with every {@code "$name"} that is known replaced by its value. */
    String fill(String text) {
        String filled = text;
        for (Map.Entry<String, String> value : values.entrySet()) {
            filled = filled.replace("\"$" + value.getKey() + "\"", value.getValue());
        }
        return filled;
    }

    /** Binds the names in a pattern that fits. */
    void bind(Json pattern, Json actual) {
        difference(pattern, actual, "", values);
    }

    /** The first place where the two differ, or null where they don't. */
    @Nullable
    String difference(Json pattern, Json actual) {
        return difference(pattern, actual, "", new LinkedHashMap<>(values));
    }

    private static @Nullable String difference(Json pattern, Json actual, String path, Map<String, String> found) {
        return switch (pattern) {
            case Json.Text(String text) when text.equals(ANYTHING) -> null;
            case Json.Text(String text)
            when text.length() > 1 && text.charAt(0) == '$' -> {
                String value = Json.text(actual);
                String known = found.putIfAbsent(text.substring(1), value);
                yield known == null || known.equals(value) ? null : path + " is not " + known;
            }
            case Json.Payload(String written) when written.equals("\"" + ANYTHING + "\"") -> null;
            case Json.Obj(Map<String, Json> fields) ->
                actual instanceof Json.Obj(Map<String, Json> others)
                        ? fields(fields, others, path, found)
                        : path + " is not a map";
            case Json.Arr(List<Json> items) ->
                actual instanceof Json.Arr(List<Json> others)
                        ? items(items, others, path, found)
                        : path + " is not an array";
            default -> pattern.equals(actual) ? null : path + " differs";
        };
    }

    private static @Nullable String fields(
            Map<String, Json> pattern, Map<String, Json> actual, String path, Map<String, String> found) {
        for (Map.Entry<String, Json> field : pattern.entrySet()) {
            String name = path + "." + field.getKey();
            Json value = actual.get(field.getKey());
            if (value == null) {
                return name + " is missing";
            }
            String difference = difference(field.getValue(), value, name, found);
            if (difference != null) {
                return difference;
            }
        }
        for (String name : actual.keySet()) {
            if (!pattern.containsKey(name)) {
                return path + "." + name + " is too much";
            }
        }
        return null;
    }

    private static @Nullable String items(
            List<Json> pattern, List<Json> actual, String path, Map<String, String> found) {
        if (pattern.size() != actual.size()) {
            return path + " has " + actual.size() + " items";
        }
        for (int i = 0; i < pattern.size(); i++) {
            String difference = difference(pattern.get(i), actual.get(i), path + "[" + i + "]", found);
            if (difference != null) {
                return difference;
            }
        }
        return null;
    }
}
