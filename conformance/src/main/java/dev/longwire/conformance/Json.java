// SPDX-License-Identifier: Apache-2.0
package dev.longwire.conformance;

import java.util.List;
import java.util.Map;

/** A message as a tree, whatever its format was. */
public sealed interface Json {

    record Obj(Map<String, Json> fields) implements Json {}

    record Arr(List<Json> items) implements Json {}

    record Text(String value) implements Json {}

    /** A number, true, false or null, as written. */
    record Literal(String written) implements Json {}

    /** A payload: the value of {@code data}, as written, because nobody may rewrite it. */
    record Payload(String written) implements Json {}

    /** The tree as JSON text. */
    static String text(Json json) {
        StringBuilder out = new StringBuilder();
        write(json, out);
        return out.toString();
    }

    private static void write(Json json, StringBuilder out) {
        switch (json) {
            case Obj(Map<String, Json> fields) -> {
                char before = '{';
                for (Map.Entry<String, Json> field : fields.entrySet()) {
                    out.append(before);
                    quote(field.getKey(), out);
                    out.append(':');
                    write(field.getValue(), out);
                    before = ',';
                }
                out.append(before == '{' ? "{}" : "}");
            }
            case Arr(List<Json> items) -> {
                char before = '[';
                for (Json item : items) {
                    out.append(before);
                    write(item, out);
                    before = ',';
                }
                out.append(before == '[' ? "[]" : "]");
            }
            case Text(String value) -> quote(value, out);
            case Literal(String written) -> out.append(written);
            case Payload(String written) -> out.append(written);
        }
    }

    private static void quote(String value, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ') {
                out.append("\\u00").append(Hex.text(new byte[] {(byte) c}));
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }
}
