// SPDX-License-Identifier: Apache-2.0
package dev.longwire.faults;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.longwire.faults.Fault.How;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Lets another process steer a proxy, on loopback:
 *
 * <pre>
 * PUT    /rules     these rules, counting anew (a JSON array, or one)
 * POST   /rules     adds to them
 * DELETE /rules     no rules, no schedule
 * PUT    /schedule  {"seed": 1, "cuts": 100, "cut_every_millis": 20}
 * POST   /cut       ends all connections; {"how": "rst"} or "fin"
 * GET    /log       counts and entries
 * </pre>
 */
final class Control implements AutoCloseable {

    private final FaultProxy proxy;
    private final HttpServer server;

    Control(FaultProxy proxy, int port) throws IOException {
        this.proxy = proxy;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.createContext("/", this::handle);
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    private void handle(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        String asked =
                exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath();
        int status = 200;
        String answer;
        try {
            answer = act(asked, body);
            if (answer.isEmpty()) {
                status = 404;
                answer = "{\"error\":\"no such thing\"}";
            }
        } catch (IllegalArgumentException mistake) {
            status = 400;
            answer = "{\"error\":\"not understood\"}";
        }
        byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        // Tests in a browser steer the proxy from their page.
        exchange.getResponseHeaders().set("Access-Control-Allow-Origin", "*");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private String act(String asked, String body) {
        switch (asked) {
            case "PUT /rules" -> proxy.rules(RulesJson.rules(body));
            case "POST /rules" -> RulesJson.rules(body).forEach(proxy::rule);
            case "DELETE /rules" -> proxy.rules(java.util.List.of()).plan(null);
            case "PUT /schedule" -> {
                JsonNode spec = RulesJson.tree(body);
                proxy.plan(Schedule.random(
                        spec.path("seed").asLong(1),
                        Schedule.Spec.of(
                                spec.path("cuts").asInt(100),
                                Math.max(1, spec.path("cut_every_millis").asInt(20)))));
            }
            case "POST /cut" -> {
                String how = body.isBlank()
                        ? "rst"
                        : RulesJson.tree(body).path("how").asText("rst");
                return "{\"cut\":" + proxy.cutAll(How.valueOf(how.toUpperCase(Locale.ROOT))) + "}";
            }
            case "GET /log" -> {
                return RulesJson.log(proxy.log(), proxy.open());
            }
            default -> {
                return "";
            }
        }
        return "{}";
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
