// SPDX-License-Identifier: Apache-2.0
package dev.longwire.protocol;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Writes {@link ErrorCode}, {@link CloseCode} and {@code docs/codes.md} from {@code codes.json}. Run {@code main} in the
 * directory of this module after a change of that file; {@code CodesTest} fails until then.
 */
final class CodesGenerator {

    private static final String MODULE = "src/main/java/dev/longwire/protocol/";
    private static final String HEADER = "// SPDX-License-Identifier: Apache-2.0\n";

    private static final int COLUMNS = 120;
    private static final String INDENT = "\n            ";

    private static final String ERROR_MEMBERS = """

                private final int number;
                private final String wire;
                private final String text;
                private final int closeNumber;
                private final int http;

                ErrorCode(int number, String wire, String text, int closeNumber, int http) {
                    this.number = number;
                    this.wire = wire;
                    this.text = text;
                    this.closeNumber = closeNumber;
                    this.http = http;
                }

                /** The code of this number, or null. */
                public static @Nullable ErrorCode of(int number) {
                    for (ErrorCode code : values()) {
                        if (code.number == number) {
                            return code;
                        }
                    }
                    return null;
                }

                public int number() {
                    return number;
                }

                /** Its name on the wire. */
                public String wire() {
                    return wire;
                }

                /** One fixed sentence for people. */
                public String text() {
                    return text;
                }

                /** The number that the connection closes with after this; 0 when it goes on. */
                public int closeNumber() {
                    return closeNumber;
                }

                /** What the connection closes with after this; null when it goes on. */
                public @Nullable CloseCode close() {
                    return CloseCode.of(closeNumber);
                }

                /** The HTTP status that goes with it; 0 when it never answers an HTTP request as a whole. */
                public int http() {
                    return http;
                }
            }
            """;

    private static final String CLOSE_MEMBERS = """

                /** Whether to come back, and as whom. */
                public enum Reconnect {
                    /** Not until the application has acted. */
                    NO,
                    /** With the same session. */
                    SAME,
                    /** With backoff and a fresh session; channels still recover by position. */
                    FRESH
                }

                private final int number;
                private final String wire;
                private final String text;
                private final Reconnect reconnect;

                CloseCode(int number, String wire, String text, Reconnect reconnect) {
                    this.number = number;
                    this.wire = wire;
                    this.text = text;
                    this.reconnect = reconnect;
                }

                /** The code of this number, or null. */
                public static @Nullable CloseCode of(int number) {
                    for (CloseCode code : values()) {
                        if (code.number == number) {
                            return code;
                        }
                    }
                    return null;
                }

                public int number() {
                    return number;
                }

                /** Its name on the wire. */
                public String wire() {
                    return wire;
                }

                /** One fixed sentence for people. */
                public String text() {
                    return text;
                }

                public Reconnect reconnect() {
                    return reconnect;
                }
            }
            """;

    private record Code(Map<String, String> fields) {
        int number() {
            return Integer.parseInt(text("code"));
        }

        String wire() {
            return text("name");
        }

        String constant() {
            return wire().toUpperCase(Locale.ROOT);
        }

        String text(String field) {
            return fields.getOrDefault(field, "0");
        }
    }

    private final List<Code> errors;
    private final List<Code> closes;

    private CodesGenerator(Map<String, List<Code>> lists) {
        errors = lists.getOrDefault("errors", List.of());
        closes = lists.getOrDefault("closes", List.of());
    }

    public static void main(String[] arguments) throws IOException {
        Path module = Path.of("");
        for (Map.Entry<Path, String> file : files(module).entrySet()) {
            Files.writeString(file.getKey(), file.getValue());
        }
    }

    /** Every generated file and what belongs in it. */
    static Map<Path, String> files(Path module) throws IOException {
        CodesGenerator generator = new CodesGenerator(read(Files.readString(module.resolve("codes.json"))));
        Map<Path, String> files = new LinkedHashMap<>();
        files.put(module.resolve(MODULE + "ErrorCode.java"), generator.errorCode());
        files.put(module.resolve(MODULE + "CloseCode.java"), generator.closeCode());
        files.put(module.resolve("../docs/codes.md"), generator.page());
        return files;
    }

    private static Map<String, List<Code>> read(String json) throws IOException {
        Map<String, List<Code>> lists = new LinkedHashMap<>();
        try (JsonParser parser = new JsonFactory().createParser(json)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                if (parser.nextToken() == JsonToken.START_ARRAY) {
                    lists.put(name, codes(parser));
                } else {
                    parser.skipChildren();
                }
            }
        }
        return lists;
    }

    private static List<Code> codes(JsonParser parser) throws IOException {
        List<Code> codes = new ArrayList<>();
        while (parser.nextToken() == JsonToken.START_OBJECT) {
            Map<String, String> fields = new LinkedHashMap<>();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String field = parser.currentName();
                parser.nextToken();
                fields.put(field, parser.getText());
            }
            codes.add(new Code(fields));
        }
        return codes;
    }

    private String errorCode() {
        StringBuilder out = new StringBuilder(HEADER);
        out.append("""
                package dev.longwire.protocol;

                import org.jspecify.annotations.Nullable;

                /** The codes of {@code error} frames and of refused HTTP requests; made from {@code codes.json}. */
                public enum ErrorCode {
                """);
        for (Code code : errors) {
            constant(out, code, List.of(code.text("closes"), code.text("http")), code.equals(errors.getLast()));
        }
        return out.append(ERROR_MEMBERS).toString();
    }

    private String closeCode() {
        StringBuilder out = new StringBuilder(HEADER);
        out.append("""
                package dev.longwire.protocol;

                import org.jspecify.annotations.Nullable;

                /** Why a connection closes; made from {@code codes.json}. The number's range says what a client does next. */
                public enum CloseCode {
                """);
        for (Code code : closes) {
            String reconnect = "Reconnect." + code.text("reconnect").toUpperCase(Locale.ROOT);
            constant(out, code, List.of(reconnect), code.equals(closes.getLast()));
        }
        return out.append(CLOSE_MEMBERS).toString();
    }

    /** One constant, broken into lines the way the formatter does it. */
    private static void constant(StringBuilder out, Code code, List<String> more, boolean last) {
        List<String> arguments = new ArrayList<>();
        arguments.add(code.text("code"));
        arguments.add('"' + code.wire() + '"');
        arguments.add('"' + code.text("text") + '"');
        arguments.addAll(more);
        String name = "    " + code.constant() + "(";
        String all = String.join(", ", arguments) + (last ? ");" : "),");
        if (name.length() + all.length() <= COLUMNS) {
            out.append(name).append(all);
        } else if (INDENT.length() - 1 + all.length() <= COLUMNS) {
            out.append(name).append(INDENT).append(all);
        } else {
            out.append(name).append(INDENT).append(String.join("," + INDENT, arguments));
            out.append(last ? ");" : "),");
        }
        out.append('\n');
    }

    private String page() {
        StringBuilder out = new StringBuilder("<!-- SPDX-License-Identifier: Apache-2.0 -->\n");
        out.append("<!-- Made from protocol/codes.json by CodesGenerator: change that file and run it. -->\n");
        out.append("# Codes\n\nNumbers are never reused. `docs/protocol.md` says how they are used.\n\n");
        out.append("## Errors\n\n| code | name | meaning | closes with | HTTP |\n|---|---|---|---|---|\n");
        for (Code code : errors) {
            row(out, code).append(present(code, "closes")).append(" | ").append(present(code, "http"));
            out.append(" |\n");
        }
        out.append("\n## Close codes\n\n| code | name | meaning | reconnect |\n|---|---|---|---|\n");
        for (Code code : closes) {
            row(out, code).append(code.text("reconnect")).append(" |\n");
        }
        return out.toString();
    }

    private static StringBuilder row(StringBuilder out, Code code) {
        return out.append("| ")
                .append(code.number())
                .append(" | `")
                .append(code.wire())
                .append("` | ")
                .append(code.text("text"))
                .append(" | ");
    }

    private static String present(Code code, String field) {
        return code.text(field).equals("0") ? "" : code.text(field);
    }
}
