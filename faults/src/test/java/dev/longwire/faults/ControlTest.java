// SPDX-License-Identifier: Apache-2.0
package dev.longwire.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The proxy as a process of its own, steered over HTTP. */
@Timeout(60)
final class ControlTest {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String MESSAGE = "{\"type\":\"message\"}";

    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void readsRulesAndLetsThemBeChangedAndTellsWhatItDid(@TempDir Path folder) throws Exception {
        Path rules = folder.resolve("rules.json");
        Files.writeString(
                rules, "[{\"direction\":\"up\",\"frame\":\"http.upgrade\",\"fault\":\"refuse\",\"status\":503}]");
        try (RawPeer peer = new RawPeer()) {
            Process process = start(peer, rules);
            try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
                JsonNode ports = MAPPER.readTree(out.readLine());
                steer(ports.path("proxy").asInt(), ports.path("control").asInt());
                process.getOutputStream().close();
                assertThat(process.waitFor(20, TimeUnit.SECONDS))
                        .as("ends with its standard input")
                        .isTrue();
                assertThat(process.exitValue()).isZero();
            } finally {
                process.destroyForcibly();
            }
        }
    }

    private static Process start(RawPeer peer, Path rules) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        "--target",
                        "127.0.0.1:" + peer.address().getPort(),
                        "--rules",
                        rules.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private void steer(int proxy, int control) throws Exception {
        try (RawClient client = new RawClient(proxy)) {
            client.upgrade();
            assertThat(client.head()).startsWith("HTTP/1.1 503 ");
        }
        assertThat(call(
                                control,
                                "PUT",
                                "/rules",
                                "{\"direction\":\"down\",\"frame\":\"message\",\"fault\":\"cut\","
                                        + "\"where\":\"before\",\"how\":\"rst\"}")
                        .statusCode())
                .isEqualTo(200);
        try (RawClient client = RawClient.webSocket(proxy)) {
            client.say(MESSAGE);
            assertThat(client.end()).isEqualTo("rst");
        }
        try (RawClient client = RawClient.webSocket(proxy)) {
            client.say(MESSAGE);
            assertThat(client.hear()).isEqualTo(MESSAGE);
            assertThat(call(control, "POST", "/cut", "").body()).isEqualTo("{\"cut\":1}");
            assertThat(client.end()).isEqualTo("rst");
        }
        assertThat(call(control, "DELETE", "/rules", "").statusCode()).isEqualTo(200);
        assertThat(call(control, "PUT", "/schedule", "{\"seed\":3,\"cuts\":1,\"cut_every_millis\":1}")
                        .statusCode())
                .isEqualTo(200);
        assertThat(call(control, "PUT", "/rules", "[{\"fault\":\"earthquake\"}]")
                        .statusCode())
                .isEqualTo(400);
        assertThat(call(control, "PUT", "/rules", "[{").statusCode()).isEqualTo(400);
        assertThat(call(control, "GET", "/", "").statusCode()).isEqualTo(404);
        JsonNode log = MAPPER.readTree(call(control, "GET", "/log", "").body());
        assertThat(log.path("connections").asInt()).isEqualTo(3);
        assertThat(log.path("cuts").asInt()).isEqualTo(1);
        assertThat(log.path("by_fault").path("refuse").asInt()).isEqualTo(1);
        assertThat(log.path("cuts_by_place").path("websocket down message").asInt())
                .isEqualTo(1);
        assertThat(log.path("entries").path(1).path("fault").asText()).isEqualTo("cut");
    }

    private HttpResponse<String> call(int port, String method, String path, String body) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .method(method, BodyPublishers.ofString(body))
                .build();
        return http.send(request, BodyHandlers.ofString());
    }

    @Test
    void everyFaultCanBeWrittenDown() {
        List<Rule> rules = RulesJson.rules("""
                [{"fault":"drop"},{"fault":"delay","millis":5},{"fault":"duplicate","answer_from_copy":true},
                 {"fault":"replay","millis":9},{"fault":"cut","where":"within","how":"fin","side":"server"},
                 {"fault":"half_open"},{"fault":"throttle","bytes_per_second":2},{"fault":"refuse","status":418},
                 {"fault":"kill_after","millis":7,"how":"fin"},{"fault":"stop_reading","millis":1},
                 {"fault":"drop","name":"mine","direction":"up","carriage":"poll","frame":"call","connection":4,
                  "nth":2,"repeat":true,"times":0}]""");
        assertThat(rules.stream().map(Rule::fault))
                .containsExactly(
                        new Fault.Drop(),
                        new Fault.Delay(5),
                        new Fault.Duplicate(0, true),
                        new Fault.Replay(9),
                        new Fault.Cut(Fault.Where.WITHIN, Fault.How.FIN, Fault.Side.SERVER),
                        new Fault.HalfOpen(),
                        new Fault.Throttle(2),
                        new Fault.Refuse(418),
                        new Fault.KillAfter(7, Fault.How.FIN),
                        new Fault.StopReading(1),
                        new Fault.Drop());
        assertThat(rules.get(10))
                .isEqualTo(new Rule("mine", Direction.UP, Carriage.POLL, "call", 4, 2, true, 0, new Fault.Drop()));
        assertThatThrownBy(() -> RulesJson.rules("{\"fault\":\"cut\",\"how\":\"gently\"}"))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
