// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longwire.server.config.AdminKey;
import dev.longwire.server.config.AdminKey.Scope;
import dev.longwire.server.config.ServerConfig;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an application's backend does over plain HTTP, and what subscribers see of it. */
final class BackendTest {

    private static final String BOTH = "canary-both-91c2";
    private static final String NEITHER = "canary-neither-0a44";

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static LongwireServer server;

    @BeforeAll
    static void start() throws IOException {
        server = LongwireServer.start(ServerConfig.DEFAULT
                .at("127.0.0.1", 0)
                .withLoops(2)
                .withDrainMillis(0)
                .withAdminKeys(List.of(
                        new AdminKey(
                                "both",
                                AdminKey.hashOf(BOTH),
                                Set.of(Scope.PUBLISH, Scope.HISTORY, Scope.PRESENCE, Scope.READ)),
                        new AdminKey("neither", AdminKey.hashOf(NEITHER), Set.of(Scope.READ)))));
    }

    @AfterAll
    static void stop() {
        server.stop();
    }

    private static HttpResponse<String> send(String path, HttpRequest.Builder request)
            throws IOException, InterruptedException {
        return HTTP.send(
                request.uri(URI.create("http://127.0.0.1:" + server.port() + path))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static HttpRequest.Builder as(String key) {
        return HttpRequest.newBuilder().header("Authorization", "Bearer " + key);
    }

    private static HttpResponse<String> publish(String json) throws IOException, InterruptedException {
        return send(
                "/v1/publish",
                as(BOTH).header("Content-Type", "application/json").POST(HttpRequest.BodyPublishers.ofString(json)));
    }

    private static Map<String, Object> history(String query) throws IOException, InterruptedException {
        HttpResponse<String> answer = send("/v1/history?" + query, as(BOTH));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return Documents.parse(answer.body());
    }

    private static Map<String, Object> done(HttpResponse<String> answer) throws IOException {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return Documents.parse(answer.body());
    }

    private static Peer subscriber(String channel) throws IOException {
        Peer peer = Peer.session(server.port(), Peer.JSON);
        peer.text("{\"type\":\"subscribe\",\"id\":2,\"channel\":\"" + channel + "\"}");
        peer.expect("subscribed");
        return peer;
    }

    @Test
    void subscribersGetWhatTheBackendPublishes() throws Exception {
        try (Peer peer = subscriber("news")) {
            Map<String, Object> answer = done(
                    publish("{\"channel\":\"news\",\"data\":{\"n\":1},\"slot\":\"s\",\"headers\":{\"trace\":\"7f\"}}"));
            assertThat(answer)
                    .containsEntry("type", "published")
                    .containsEntry("channel", "news")
                    .containsEntry("stored", "memory");
            Map<String, Object> message = peer.expect("message");
            assertThat(message)
                    .containsEntry("client", "$api")
                    .containsEntry("from", null)
                    .containsEntry("slot", "s")
                    .containsEntry("data", Map.of("n", 1L))
                    .containsEntry("headers", Map.of("trace", "7f"))
                    .containsEntry("offset", answer.get("offset"));
        }
    }

    @Test
    void aRepeatWithItsKeyAppendsOnceAndOtherContentIsAConflict() throws Exception {
        String first = "{\"channel\":\"orders\",\"data\":17,\"key\":\"order-17\"}";
        Map<String, Object> once = done(publish(first));
        Map<String, Object> again = done(publish(first));
        assertThat(again).containsEntry("duplicate", true).containsEntry("offset", once.get("offset"));
        HttpResponse<String> other = publish("{\"channel\":\"orders\",\"data\":18,\"key\":\"order-17\"}");
        assertThat(other.statusCode()).isEqualTo(409);
        assertThat(other.headers().firstValue("content-type")).contains("application/problem+json");
        assertThat(Documents.parse(other.body())).containsEntry("name", "idempotency_conflict");
        Map<String, Object> known = history("channel=orders&key=order-17");
        assertThat(known.get("outcome")).isEqualTo(Map.of("epoch", once.get("epoch"), "offset", once.get("offset")));
        assertThat(history("channel=orders&key=never")).containsEntry("outcome", "none");
    }

    @Test
    void oneMessageGoesToManyChannels() throws Exception {
        Map<String, Object> answer = done(publish("{\"channels\":[\"m:1\",\"m:2\",\"m:3\"],\"data\":\"x\"}"));
        List<String> channels = new ArrayList<>();
        for (Object each : Documents.list(answer, "results")) {
            channels.add(Documents.text((Map<?, ?>) each, "channel"));
            assertThat(Documents.number((Map<?, ?>) each, "offset")).isEqualTo(1);
        }
        assertThat(channels).containsExactly("m:1", "m:2", "m:3");
    }

    @Test
    void aWholeBatchCanBeSentAgain() throws Exception {
        for (String batch : List.of(
                "{\"channels\":[\"again:1\",\"again:2\"],\"data\":1,\"key\":\"k\"}",
                "{\"messages\":[{\"channel\":\"again:3\",\"data\":1,\"key\":\"a\"},{\"channel\":\"again:3\",\"data\":2,\"key\":\"b\"}]}")) {
            List<?> first = Documents.list(done(publish(batch)), "results");
            List<?> second = Documents.list(done(publish(batch)), "results");
            assertThat(second).hasSize(2);
            for (int i = 0; i < 2; i++) {
                Map<?, ?> once = (Map<?, ?>) first.get(i);
                Map<?, ?> again = (Map<?, ?>) second.get(i);
                assertThat((Object) again.get("duplicate")).isEqualTo(true);
                assertThat((Object) again.get("offset")).isEqualTo(once.get("offset"));
            }
        }
    }

    @Test
    void aListIsAnsweredItemByItemAndKeepsItsOrder() throws Exception {
        StringBuilder list = new StringBuilder("{\"messages\":[{\"channel\":\"b\"},{\"channel\":\"$b\",\"data\":1}");
        for (int i = 0; i < 100; i++) {
            list.append(",{\"channel\":\"b\",\"data\":").append(i).append('}');
        }
        List<?> results = Documents.list(done(publish(list.append("]}").toString())), "results");
        assertThat(results).hasSize(102);
        assertThat((Object) ((Map<?, ?>) results.get(0)).get("name")).isEqualTo("missing_field");
        assertThat((Object) ((Map<?, ?>) results.get(1)).get("name")).isEqualTo("bad_channel");
        for (int i = 2; i < 102; i++) {
            assertThat(Documents.number((Map<?, ?>) results.get(i), "offset")).isEqualTo(i - 1);
        }
        List<Object> data = new ArrayList<>();
        Map<String, Object> page = history("channel=b&limit=30");
        while (true) {
            for (Object each : Documents.list(page, "messages")) {
                data.add(((Map<?, ?>) each).get("data"));
            }
            if (!(page.get("next") instanceof Map<?, ?> next)) {
                break;
            }
            page = history("channel=b&limit=30&after=" + next.get("epoch") + ":" + next.get("offset"));
        }
        assertThat(data).hasSize(100).first().isEqualTo(0L);
        assertThat(data).last().isEqualTo(99L);
    }

    @Test
    void theNewestComeFirstBackward() throws Exception {
        for (int i = 1; i <= 5; i++) {
            done(publish("{\"channel\":\"back\",\"data\":" + i + "}"));
        }
        Map<String, Object> page = history("channel=back&reverse=true&limit=2");
        assertThat(offsets(page)).containsExactly(5L, 4L);
        Map<?, ?> next = (Map<?, ?>) Documents.get(page, "next");
        page = history("channel=back&limit=2&before=" + next.get("epoch") + ":" + next.get("offset"));
        assertThat(offsets(page)).containsExactly(3L, 2L);
    }

    private static List<Long> offsets(Map<String, Object> page) {
        return Documents.list(page, "messages").stream()
                .map(each -> Documents.number((Map<?, ?>) each, "offset"))
                .toList();
    }

    @Test
    void channelsAreListedByPrefixInPages() throws Exception {
        try (Peer peer = subscriber("list:b")) {
            done(publish("{\"channels\":[\"list:a\",\"list:c\",\"lis\"],\"data\":1}"));
            Map<String, Object> first = done(send("/v1/admin/channels?prefix=list:&limit=2", as(BOTH)));
            assertThat(names(first)).containsExactly("list:a", "list:b");
            Map<String, Object> second =
                    done(send("/v1/admin/channels?prefix=list:&limit=2&cursor=" + first.get("next"), as(BOTH)));
            assertThat(names(second)).containsExactly("list:c");
            assertThat(second).doesNotContainKey("next");
            assertThat(names(done(send("/v1/admin/channels?prefix=list:&occupied=true", as(BOTH)))))
                    .containsExactly("list:b");
            peer.text("{\"type\":\"ping\"}");
            peer.expect("pong");
        }
    }

    private static List<String> names(Map<String, Object> page) {
        return Documents.list(page, "channels").stream()
                .map(each -> Documents.text((Map<?, ?>) each, "channel"))
                .toList();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[]|400|not_a_frame",
                "{|400|malformed",
                "{}|400|missing_field",
                "{\"channel\":\"a\"}|400|missing_field",
                "{\"channel\":\"$presence:a\",\"data\":1}|400|bad_channel",
                "{\"channel\":\"a\",\"channels\":[\"b\"],\"data\":1}|400|invalid_field",
                "{\"channels\":\"a\",\"data\":1}|400|invalid_field",
                "{\"channels\":[1],\"data\":1}|400|bad_channel",
                "{\"messages\":{},\"data\":1}|400|invalid_field",
                "{\"messages\":[1]}|400|not_a_frame",
                "{\"messages\":[],\"channel\":\"a\"}|400|invalid_field",
                "{\"channel\":\"a\",\"data\":1,\"channel\":\"b\"}|400|duplicate_field",
                "{\"channel\":\"a\",\"data\":1} {}|400|malformed"
            })
    void whatCannotBeReadIsRefusedWhole(String json, int status, String name) throws Exception {
        HttpResponse<String> answer = publish(json);
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(Documents.parse(answer.body())).containsEntry("name", name);
    }

    @Test
    void limitsAreThoseOfEveryMessage() throws Exception {
        HttpResponse<String> large = publish("{\"channel\":\"a\",\"data\":\"" + "x".repeat(70_000) + "\"}");
        assertThat(large.statusCode()).isEqualTo(400);
        assertThat(Documents.parse(large.body())).containsEntry("name", "too_large");
        String many =
                "{\"messages\":[" + "{\"channel\":\"a\",\"data\":1},".repeat(128) + "{\"channel\":\"a\",\"data\":1}]}";
        assertThat(Documents.parse(publish(many).body())).containsEntry("name", "too_many_requests");
        assertThat(Documents.list(history("channel=a"), "messages")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/presence, missing_field",
        "/v1/presence?channel=$a, bad_channel",
        "/v1/history, missing_field",
        "/v1/history?channel=$a, bad_channel",
        "/v1/history?channel=a&after=3, invalid_field",
        "/v1/history?channel=a&after=e:, invalid_field",
        "/v1/history?channel=a&after=e:99999999999999999999, invalid_field",
        "/v1/history?channel=a&before=e:x, invalid_field",
        "/v1/history?channel=a&after=e:1&before=e:2, invalid_field"
    })
    void aQuestionThatCannotBeReadIsRefused(String path, String name) throws Exception {
        HttpResponse<String> answer = send(path, as(BOTH));
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(Documents.parse(answer.body())).containsEntry("name", name);
    }

    @Test
    void aPageOfAnEpochThatNeverWasIsEmpty() throws Exception {
        done(publish("{\"channel\":\"epochs\",\"data\":1}"));
        assertThat(Documents.list(history("channel=epochs&after=nosuch:0"), "messages"))
                .isEmpty();
    }

    @Test
    void onlyKeysWithTheScopeOpen() throws Exception {
        HttpRequest.Builder post = as(NEITHER)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"channel\":\"closed\",\"data\":1}"));
        assertThat(send("/v1/publish", post).statusCode()).isEqualTo(403);
        assertThat(send("/v1/history?channel=closed", as(NEITHER)).statusCode()).isEqualTo(403);
        assertThat(send("/v1/presence?channel=closed", as(NEITHER)).statusCode())
                .isEqualTo(403);
        assertThat(send("/v1/publish", post.setHeader("Authorization", "Bearer x"))
                        .statusCode())
                .isEqualTo(401);
        assertThat(Documents.list(history("channel=closed"), "messages")).isEmpty();
        HttpRequest.Builder form =
                as(BOTH).header("Content-Type", "text/plain").POST(HttpRequest.BodyPublishers.ofString("{}"));
        assertThat(send("/v1/publish", form).statusCode()).isEqualTo(415);
    }
}
