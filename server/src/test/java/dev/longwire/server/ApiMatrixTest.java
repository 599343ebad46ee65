// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longwire.server.config.AdminKey;
import dev.longwire.server.config.AdminKey.Scope;
import dev.longwire.server.config.ServerConfig;
import dev.longwire.server.config.Settings;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Every operation that the description of the API names, asked rightly and in every wrong way. */
@Timeout(120)
final class ApiMatrixTest {

    private static final String EVERYTHING = "canary-of-the-matrix-b7d2";

    /** What each operation needs, and a request that is right; what is described and isn't here fails the test. */
    private static final Map<String, Right> RIGHT = Map.ofEntries(
            Map.entry("POST /v1/publish", new Right(Scope.PUBLISH, "", "{\"channel\":\"a\",\"data\":1}")),
            Map.entry("GET /v1/history", new Right(Scope.HISTORY, "channel=a", "")),
            Map.entry("GET /v1/presence", new Right(Scope.PRESENCE, "channel=a", "")),
            Map.entry("GET /v1/users", new Right(Scope.READ, "", "")),
            Map.entry("GET /v1/subscriptions", new Right(Scope.READ, "user=ann", "")),
            Map.entry("POST /v1/subscribe", new Right(Scope.SUBSCRIBE, "user=ann&channel=a", "")),
            Map.entry("POST /v1/unsubscribe", new Right(Scope.SUBSCRIBE, "user=ann&channel=a", "")),
            Map.entry("GET /v1/admin/stats", new Right(Scope.READ, "", "")),
            Map.entry("GET /v1/admin/connections", new Right(Scope.READ, "", "")),
            Map.entry("GET /v1/admin/channels", new Right(Scope.READ, "", "")),
            Map.entry("GET /v1/admin/events", new Right(Scope.READ, "types=user.online", "")),
            Map.entry("GET /v1/admin/webhooks", new Right(Scope.READ, "", "")),
            Map.entry("POST /v1/admin/webhooks/redeliver", new Right(Scope.WEBHOOKS, "webhook=one", "")),
            Map.entry("POST /v1/admin/close", new Right(Scope.CLOSE, "user=ann", "")),
            Map.entry("POST /v1/admin/revoke", new Right(Scope.REVOKE, "user=ann", "")));

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private static LongwireServer server;

    private record Right(Scope scope, String query, String body) {}

    private record Operation(String method, String path, List<Map<?, ?>> parameters, Set<String> answers) {
        String name() {
            return method + " " + path;
        }
    }

    private static String lacking(Scope scope) {
        return "canary-without-" + scope;
    }

    @BeforeAll
    static void start() throws IOException {
        Settings settings = new Settings();
        // Nobody is asked: nothing that happens here is told.
        settings.set("webhooks.one.url", "http://127.0.0.1:1/", "test");
        settings.set("webhooks.one.secrets", "whsec_Y2FuYXJ5LW9mLXRoZS13ZWJob29rcy1vZi10ZXN0cw==", "test");
        settings.set("webhooks.one.events", "user.online", "test");
        ServerConfig config = settings.config();
        List<AdminKey> keys = new ArrayList<>();
        keys.add(new AdminKey("all", AdminKey.hashOf(EVERYTHING), Set.of(Scope.values())));
        for (Scope scope : Scope.values()) {
            Set<Scope> others = new HashSet<>(Set.of(Scope.values()));
            others.remove(scope);
            keys.add(new AdminKey(
                    "no-" + scope.name().toLowerCase(Locale.ROOT), AdminKey.hashOf(lacking(scope)), others));
        }
        server = LongwireServer.start(
                config.at("127.0.0.1", 0).withLoops(2).withDrainMillis(0).withAdminKeys(keys));
    }

    @AfterAll
    static void stop() {
        server.stop();
    }

    private static List<Operation> operations() throws IOException, InterruptedException {
        HttpResponse<String> answer = HTTP.send(
                HttpRequest.newBuilder(uri("/v1/openapi.json")).build(), HttpResponse.BodyHandlers.ofString());
        List<Operation> all = new ArrayList<>();
        Map<?, ?> paths = (Map<?, ?>) Documents.get(Documents.parse(answer.body()), "paths");
        for (Map.Entry<?, ?> path : paths.entrySet()) {
            for (Map.Entry<?, ?> method : ((Map<?, ?>) path.getValue()).entrySet()) {
                Map<?, ?> operation = (Map<?, ?>) method.getValue();
                List<Map<?, ?>> parameters = new ArrayList<>();
                if (operation.containsKey("parameters")) {
                    Documents.list(operation, "parameters").forEach(each -> parameters.add((Map<?, ?>) each));
                }
                Set<String> answers = new HashSet<>();
                ((Map<?, ?>) Documents.get(operation, "responses"))
                        .keySet()
                        .forEach(each -> answers.add((String) each));
                all.add(new Operation(
                        ((String) method.getKey()).toUpperCase(Locale.ROOT),
                        (String) path.getKey(),
                        parameters,
                        answers));
            }
        }
        return all;
    }

    private static URI uri(String path) {
        return URI.create("http://127.0.0.1:" + server.port() + path);
    }

    /** The status and the error's name; an answer without end is left at its head. */
    private static String ask(Operation operation, String method, String query, String key, String body)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(operation.path + (query.isEmpty() ? "" : "?" + query)))
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body));
        if (!key.isEmpty()) {
            request.header("Authorization", "Bearer " + key);
        }
        HttpResponse<InputStream> answer = HTTP.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        try (InputStream in = answer.body()) {
            if (answer.statusCode() == 200) {
                return "200";
            }
            assertThat(answer.headers().firstValue("content-type")).contains("application/problem+json");
            String problem = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            assertThat(problem).doesNotContain("canary", "Exception", "java.");
            assertThat(operation.answers.contains(Integer.toString(answer.statusCode())) || answer.statusCode() == 405)
                    .as("%s describes %s", operation.name(), answer.statusCode())
                    .isTrue();
            return answer.statusCode() + " " + Documents.text(Documents.parse(problem), "name");
        }
    }

    @Test
    void everyOperationIsHere() throws Exception {
        assertThat(operations().stream().map(Operation::name)).containsExactlyInAnyOrderElementsOf(RIGHT.keySet());
    }

    @Test
    void everyOperationOpensToItsScopeAlone() throws Exception {
        Map<String, List<String>> wrong = new LinkedHashMap<>();
        for (Operation each : operations()) {
            Right right = Objects.requireNonNull(RIGHT.get(each.name()), each.name());
            List<String> answers = List.of(
                    ask(each, each.method, right.query, "", right.body),
                    ask(each, each.method, right.query, EVERYTHING + "x", right.body),
                    ask(each, each.method, right.query, lacking(right.scope), right.body),
                    ask(each, each.method, right.query, EVERYTHING, right.body));
            if (!answers.equals(List.of("401 unauthorized", "401 unauthorized", "403 forbidden", "200"))) {
                wrong.put(each.name(), answers);
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void whatIsNotAsDescribedIsSaid() throws Exception {
        for (Operation each : operations()) {
            Right right = Objects.requireNonNull(RIGHT.get(each.name()), each.name());
            String and = right.query.isEmpty() ? "" : right.query + "&";
            String other = each.method.equals("GET") ? "POST" : "GET";
            assertThat(ask(each, other, right.query, EVERYTHING, ""))
                    .as(each.name())
                    .isEqualTo("405 method_not_allowed");
            assertThat(ask(each, each.method, right.query, EVERYTHING, right.body))
                    .isEqualTo("200");
            if (!each.parameters.isEmpty()) {
                assertThat(ask(each, each.method, and + "nonsense=1", EVERYTHING, right.body))
                        .as(each.name())
                        .isEqualTo("400 invalid_field");
            }
            for (Map<?, ?> parameter : each.parameters) {
                String name = Documents.text(parameter, "name");
                Map<?, ?> schema = (Map<?, ?>) Documents.get(parameter, "schema");
                for (String value : wrongFor(schema)) {
                    assertThat(ask(each, each.method, and + name + "=" + value, EVERYTHING, right.body))
                            .as("%s %s=%s", each.name(), name, value)
                            .isEqualTo("400 invalid_field");
                }
                assertThat(ask(each, each.method, and + name + "=1&" + name + "=1", EVERYTHING, right.body))
                        .as("%s %s twice", each.name(), name)
                        .isEqualTo("400 invalid_field");
            }
        }
    }

    private static List<String> wrongFor(Map<?, ?> schema) {
        if ("integer".equals(schema.get("type"))) {
            List<String> wrong = new ArrayList<>(List.of("abc", "-1", "1.5", "", "99999999999999999999", "%201"));
            if (schema.containsKey("minimum")) {
                wrong.add("0");
            }
            if (schema.get("maximum") instanceof Long most) {
                wrong.add(Long.toString(most + 1));
            }
            return wrong;
        }
        boolean choice = "boolean".equals(schema.get("type")) || schema.containsKey("enum");
        return choice ? List.of("maybe", "", "TRUE") : List.of();
    }

    @Test
    void bodiesThatAreTooLongAreRefusedAndHarmNobody() throws Exception {
        for (Operation each : operations()) {
            if (each.answers.contains("413")) {
                assertThat(ask(each, each.method, "", EVERYTHING, "x".repeat(2_000_000)))
                        .as(each.name())
                        .isEqualTo("413 body_too_large");
                for (String malformed : List.of("", "[]", "{", "{\"channel\":1}", "{\"channel\":\"a\"}", "nul")) {
                    assertThat(ask(each, each.method, "", EVERYTHING, malformed))
                            .as("%s %s", each.name(), malformed)
                            .startsWith("400 ");
                }
            }
        }
    }
}
