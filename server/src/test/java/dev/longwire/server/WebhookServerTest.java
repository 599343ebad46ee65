// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.longwire.server.config.AdminKey;
import dev.longwire.server.config.AdminKey.Scope;
import dev.longwire.server.config.ServerConfig;
import dev.longwire.server.config.Settings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Webhooks of a whole server: as they are configured, with what really happens, and as an operator sees them. */
@Timeout(120)
final class WebhookServerTest {

    private static final String SECRET = "whsec_Y2FuYXJ5LW9mLXRoZS13ZWJob29rcy1vZi10ZXN0cw==";
    private static final String KEY = "canary-of-webhooks-31fe";

    private Receiver receiver;
    private Deliveries deliveries;
    private LongwireServer server;

    @BeforeEach
    void start() throws IOException {
        deliveries = new Deliveries(SECRET, Receiver.says(204));
        receiver = new Receiver(deliveries);
        Settings settings = new Settings();
        settings.set("webhooks.backend.url", "http://localhost:" + receiver.port() + "/in?key=secret", "test");
        settings.set("webhooks.backend.secrets", SECRET, "test");
        settings.set("webhooks.backend.allow_private", "localhost", "test");
        settings.set("webhooks.backend.events", "member.*,message.published", "test");
        settings.set("webhooks.backend.retry", "10ms", "test");
        settings.set("webhooks.backend.retry_most", "50ms", "test");
        assertThat(settings.all().toString()).doesNotContain(SECRET);
        ServerConfig config = settings.config();
        server = LongwireServer.start(config.at("127.0.0.1", 0)
                .withLoops(2)
                .withDrainMillis(10_000)
                .withAdminKeys(List.of(new AdminKey("all", AdminKey.hashOf(KEY), Set.of(Scope.READ, Scope.WEBHOOKS)))));
    }

    @AfterEach
    void stop() throws IOException {
        server.stop();
        receiver.close();
        assertThat(deliveries.wrong()).isEmpty();
    }

    private Peer.Answer ask(String request, String key) throws IOException {
        try (Peer peer = new Peer(server.port())) {
            return peer.ask(request + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n"
                    + (key.isEmpty() ? "" : "Authorization: Bearer " + key + "\r\n") + "\r\n");
        }
    }

    private Map<?, ?> shown() throws IOException {
        Peer.Answer answer = ask("GET /v1/admin/webhooks", KEY);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).doesNotContain("key=secret");
        return (Map<?, ?>)
                Documents.list(Documents.parse(answer.body()), "webhooks").get(0);
    }

    private List<Map<?, ?>> of(String type) {
        return deliveries.events().stream()
                .filter(each -> Documents.text(each, "type").equals("dev.longwire." + type))
                .toList();
    }

    @Test
    void membersComeAndGoWithVersionsThatGrow() throws Exception {
        List<Long> versions = new ArrayList<>();
        try (Peer peer = Peer.session(server.port(), Peer.JSON)) {
            peer.send("{\"type\":\"presence\",\"id\":2,\"action\":\"enter\",\"channel\":\"room\",\"data\":1}");
            peer.expect("presence");
            peer.send("{\"type\":\"presence\",\"id\":3,\"action\":\"update\",\"channel\":\"room\",\"data\":2}");
            peer.expect("presence");
            peer.send("{\"type\":\"presence\",\"id\":4,\"action\":\"leave\",\"channel\":\"room\"}");
            peer.expect("presence");
        }
        Eventually.holds(() -> !of("member.left").isEmpty());
        for (String type : List.of("member.joined", "member.updated", "member.left")) {
            Map<?, ?> event = of(type).get(0);
            assertThat(Documents.text(event, "subject")).isEqualTo("room");
            versions.add(Documents.number((Map<?, ?>) Documents.get(event, "data"), "version"));
        }
        assertThat(versions).isSorted().doesNotHaveDuplicates();
    }

    @Test // [O33]
    void messagesOfAChannelArriveInItsOrderThroughAnOutage() throws Exception {
        try (Peer peer = Peer.session(server.port(), Peer.JSON)) {
            for (int i = 1; i <= 300; i++) {
                if (i == 50) {
                    receiver.mood(Receiver.says(500));
                }
                if (i == 200) {
                    Eventually.holds(() -> failures() > 0);
                    receiver.mood(deliveries);
                }
                peer.send("{\"type\":\"publish\",\"id\":" + (i + 1) + ",\"channel\":\"chat\",\"data\":" + i + "}");
                peer.expect("published");
            }
        }
        Eventually.holds(() -> of("message.published").size() == 300);
        List<Long> offsets = of("message.published").stream()
                .map(each -> Documents.number((Map<?, ?>) Documents.get(each, "data"), "offset"))
                .toList();
        assertThat(offsets).isSorted().doesNotHaveDuplicates();
    }

    private long failures() {
        return figure("failed_requests");
    }

    private long figure(String name) {
        try {
            return Documents.number(shown(), name);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void anOperatorSeesHowItGoesAndHasItTriedAgain() throws Exception {
        assertThat(shown().toString())
                .contains("webhook=backend", "target=http://localhost:" + receiver.port(), "state=ok", "lag=0");
        receiver.mood(Receiver.says(410));
        server.publish("chat", "1");
        Eventually.holds(() -> failures() == 1);
        assertThat(shown().toString()).contains("state=disabled", "lag=1", "last_error=status_410");
        receiver.mood(deliveries);
        Peer.Answer answer = ask("POST /v1/admin/webhooks/redeliver?webhook=backend", KEY);
        assertThat(answer.body()).isEqualTo("{\"redelivered\":0}");
        Eventually.holds(() -> figure("delivered") == 1);
        assertThat(of("message.published")).hasSize(1);
        assertThat(ask("POST /v1/admin/webhooks/redeliver?webhook=backend&after=0", KEY)
                        .body())
                .isEqualTo("{\"redelivered\":1}");
        Eventually.holds(() -> of("message.published").size() == 2);
        assertThat(ask("GET /metrics", KEY).body()).contains("longwire_webhooks_delivered_total{webhook=\"backend\"}");
    }

    @ParameterizedTest
    @CsvSource({
        "GET /v1/admin/webhooks, '', 401",
        "GET /v1/admin/webhooks, wrong, 401",
        "POST /v1/admin/webhooks, canary-of-webhooks-31fe, 405",
        "POST /v1/admin/webhooks/redeliver, canary-of-webhooks-31fe, 400",
        "POST /v1/admin/webhooks/redeliver?webhook=other, canary-of-webhooks-31fe, 404",
        "POST /v1/admin/webhooks/redeliver?webhook=backend, '', 401"
    })
    void othersAreRefused(String request, String key, int status) throws IOException {
        assertThat(ask(request, key).status()).isEqualTo(status);
    }

    @Test // [O37]
    void whatIsThereIsDeliveredBeforeTheServerGoes() throws Exception {
        receiver.mood((request, out) -> {
            // Slow enough that more comes meanwhile.
            Eventually.holds(() -> received() >= 20);
            return deliveries.answer(request, out);
        });
        try (Peer peer = Peer.session(server.port(), Peer.JSON)) {
            for (int i = 1; i <= 20; i++) {
                peer.send("{\"type\":\"publish\",\"id\":" + (i + 1) + ",\"channel\":\"chat\",\"data\":" + i + "}");
                peer.expect("published");
                published = i;
            }
        }
        server.stop();
        assertThat(of("message.published")).hasSize(20);
    }

    private volatile int published;

    private int received() {
        return published;
    }

    @ParameterizedTest
    @CsvSource({
        "url, ftp://a.example/",
        "url, https://user:secret@a.example/",
        "secrets, whsec_AAAA",
        "secrets, 'a,b,c'",
        "secrets, not base64!",
        "events, member.nothing",
        "channels, '*chat'",
        "allow_private, 10.0.0.0/99",
        "batch, 0",
        "batch, 1001",
        "batch, x",
        "timeout, 0",
        "timeout, 2h",
        "retry, soon"
    })
    void aConfigurationThatCanNotBeIsRefusedByName(String key, String value) {
        Settings settings = new Settings();
        settings.set("webhooks.w.url", "https://a.example/", "test");
        settings.set("webhooks.w.secrets", SECRET, "test");
        settings.set("webhooks.w." + key, value, "test");
        assertThatThrownBy(settings::config)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("webhooks.w." + key)
                .message()
                .doesNotContain("AAAA");
        assertThatThrownBy(() -> settings.set("webhooks.w.colour", "red", "test"))
                .hasMessageContaining("webhooks.w.colour");
    }
}
