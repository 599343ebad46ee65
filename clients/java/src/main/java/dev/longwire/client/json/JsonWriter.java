// SPDX-License-Identifier: Apache-2.0
package dev.longwire.client.json;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes JSON maps, field by field. */
public final class JsonWriter {
    private final StringBuilder out;
    private boolean first = true;

    /** Begins a map. */
    public JsonWriter() {
        out = new StringBuilder(128).append('{');
    }

    /** A string as JSON. */
    public static String quoted(String text) {
        StringBuilder out = new StringBuilder(text.length() + 2);
        quote(out, text);
        return out.toString();
    }

    /** Writes a string field, or JSON's null. */
    public JsonWriter text(String name, @Nullable String value) {
        name(name);
        if (value == null) {
            out.append("null");
        } else {
            quote(out, value);
        }
        return this;
    }

    /** Writes a string field, if there is one. */
    public JsonWriter textIfAny(String name, @Nullable String value) {
        return value == null ? this : text(name, value);
    }

    /** Writes an integer field. */
    public JsonWriter number(String name, long value) {
        name(name);
        out.append(value);
        return this;
    }

    /** Writes a field that is true, or leaves it out. */
    public JsonWriter flagIfSet(String name, boolean value) {
        if (value) {
            name(name);
            out.append("true");
        }
        return this;
    }

    /** Writes a field whose value is JSON already. */
    public JsonWriter raw(String name, String json) {
        name(name);
        out.append(json);
        return this;
    }

    /** Writes a field that is a map of strings. */
    public JsonWriter texts(String name, Map<String, String> texts) {
        open(name);
        texts.forEach(this::text);
        return close();
    }

    /** Begins a field that is a map; {@link #close} ends it. */
    public JsonWriter open(String name) {
        name(name);
        out.append('{');
        first = true;
        return this;
    }

    /** Ends a map that was a field. */
    public JsonWriter close() {
        out.append('}');
        first = false;
        return this;
    }

    /** What was written, without the brackets of the outermost map. */
    public String fields() {
        return out.substring(1);
    }

    /** Ends the outermost map and returns all of it. */
    public String end() {
        return out.append('}').toString();
    }

    private void name(String name) {
        if (!first) {
            out.append(',');
        }
        first = false;
        quote(out, name);
        out.append(':');
    }

    private static void quote(StringBuilder out, String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < 0x20) {
                control(out, c);
            } else {
                if (Character.isSurrogate(c)) {
                    surrogate(text, i);
                }
                out.append(c);
            }
        }
        out.append('"');
    }

    private static void control(StringBuilder out, char c) {
        int known = "\b\f\n\r\t".indexOf(c);
        if (known >= 0) {
            out.append('\\').append("bfnrt".charAt(known));
        } else {
            out.append("\\u00").append(Character.forDigit(c >> 4, 16)).append(Character.forDigit(c & 15, 16));
        }
    }

    /** Half of a pair is no character: nobody could send it as UTF-8. */
    private static void surrogate(String text, int i) {
        boolean pair = Character.isHighSurrogate(text.charAt(i))
                ? i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))
                : i > 0 && Character.isHighSurrogate(text.charAt(i - 1));
        if (!pair) {
            throw new JsonException("half of a surrogate pair", i);
        }
    }
}
