// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What may stand in a query, as the description of the API says: what it doesn't name, what is there twice, and what is not
 * of the type described is a mistake of whoever asks, and is said instead of being passed over.
 */
final class Parameters {

    private static final int LONGEST_NUMBER = 18;

    /** The root, {@code paths}, a path, a method, {@code parameters}. */
    private static final int PARAMETER_DEPTH = 5;

    /** The rules of a parameter: what it is, and between what, or one of what. */
    private static final class Rule {
        String type = "string";
        long least = Long.MIN_VALUE;
        long most = Long.MAX_VALUE;
        final List<String> values = new ArrayList<>();

        boolean allows(String text) {
            return switch (type) {
                case "boolean" -> text.equals("true") || text.equals("false");
                case "integer" -> isNumber(text) && Long.parseLong(text) >= least && Long.parseLong(text) <= most;
                default -> values.isEmpty() || values.contains(text);
            };
        }

        private static boolean isNumber(String text) {
            return !text.isEmpty()
                    && text.length() <= LONGEST_NUMBER
                    && text.chars().allMatch(c -> c >= '0' && c <= '9');
        }
    }

    private final Map<String, Map<String, Rule>> byOperation = new HashMap<>();

    private Parameters() {}

    /** Those of the description that the server answers with. */
    static Parameters described() {
        Parameters all = new Parameters();
        try (InputStream in = Parameters.class.getResourceAsStream("/api/openapi.json");
                JsonParser json = new JsonFactory().createParser(Objects.requireNonNull(in))) {
            all.read(json);
        } catch (IOException e) {
            throw new UncheckedIOException("the description is part of the server", e);
        }
        return all;
    }

    /** The name of a parameter that is not as described, {@code query} for one that isn't at all; null when all are, or nothing is described of this path. */
    @Nullable
    String wrong(String method, String path, Map<String, List<String>> query) {
        Map<String, Rule> rules = byOperation.get(method + " " + path);
        if (rules == null) {
            return null;
        }
        for (Map.Entry<String, List<String>> each : query.entrySet()) {
            Rule rule = rules.get(each.getKey());
            if (rule == null
                    || each.getValue().size() != 1
                    || !rule.allows(each.getValue().get(0))) {
                // A name that isn't described is whatever somebody wrote.
                return rule == null ? "query" : each.getKey();
            }
        }
        return null;
    }

    /** Walks the document, whose {@code paths} have methods, which have {@code parameters}. */
    private void read(JsonParser json) throws IOException {
        List<String> at = new ArrayList<>();
        String name = "";
        String parameter = "";
        Rule rule = new Rule();
        for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
            switch (token) {
                case FIELD_NAME -> name = json.currentName();
                case START_OBJECT, START_ARRAY -> {
                    at.add(name);
                    if (at.size() == PARAMETER_DEPTH - 1 && isPath(at)) {
                        byOperation.put(operation(at), new HashMap<>());
                    }
                    if (at.size() == PARAMETER_DEPTH + 1 && inParameters(at)) {
                        rule = new Rule();
                    }
                }
                case END_OBJECT, END_ARRAY -> {
                    if (at.size() == PARAMETER_DEPTH + 1 && inParameters(at)) {
                        Objects.requireNonNull(byOperation.get(operation(at))).put(parameter, rule);
                    }
                    at.removeLast();
                }
                default -> {
                    if (inParameters(at) && at.size() == PARAMETER_DEPTH + 1 && name.equals("name")) {
                        parameter = json.getText();
                    } else if (inParameters(at) && at.contains("schema")) {
                        note(rule, at.getLast().equals("enum") ? "enum" : name, json);
                    }
                }
            }
        }
    }

    private static boolean isPath(List<String> at) {
        return at.get(1).equals("paths");
    }

    private static boolean inParameters(List<String> at) {
        return at.size() > PARAMETER_DEPTH
                && isPath(at)
                && at.get(PARAMETER_DEPTH - 1).equals("parameters");
    }

    private static String operation(List<String> at) {
        return at.get(3).toUpperCase(Locale.ROOT) + " " + at.get(2);
    }

    private static void note(Rule rule, String name, JsonParser json) throws IOException {
        switch (name) {
            case "type" -> rule.type = json.getText();
            case "minimum" -> rule.least = json.getLongValue();
            case "maximum" -> rule.most = json.getLongValue();
            case "enum" -> rule.values.add(json.getText());
            default -> {
                // Said to people.
            }
        }
    }
}
