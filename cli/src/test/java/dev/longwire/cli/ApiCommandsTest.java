// SPDX-License-Identifier: Apache-2.0
package dev.longwire.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longwire.server.LongwireServer;
import dev.longwire.server.config.AdminKey;
import dev.longwire.server.config.AdminKey.Scope;
import dev.longwire.server.config.ServerConfig;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the HTTP API can do, from the command line. */
@Timeout(180)
final class ApiCommandsTest {

    private static final String KEY = "canary-of-the-command-line-77ab";
    private static final String READER = "canary-of-a-reader-19cd";

    private static LongwireServer server;
    private static String url;

    @BeforeAll
    static void start() throws Exception {
        server = LongwireServer.start(ServerConfig.DEFAULT
                .at("127.0.0.1", 0)
                .withLoops(2)
                .withDrainMillis(0)
                .withAdminKeys(List.of(
                        new AdminKey("all", AdminKey.hashOf(KEY), Set.of(Scope.values())),
                        new AdminKey("reader", AdminKey.hashOf(READER), Set.of(Scope.READ)))));
        url = "ws://127.0.0.1:" + server.port() + "/v1/ws";
    }

    @AfterAll
    static void stop() {
        server.stop();
    }

    private static Shell.Ran run(String... command) {
        return Shell.run("", with(KEY, command));
    }

    private static String[] with(String key, String... command) {
        String[] all = new String[command.length + 4];
        System.arraycopy(command, 0, all, 0, command.length);
        System.arraycopy(new String[] {"--url", url, "--key", key}, 0, all, command.length, 4);
        return all;
    }

    private static List<String> lines(String... command) {
        Shell.Ran ran = run(command);
        assertThat(ran.code()).as(ran.err()).isZero();
        return ran.lines();
    }

    /** A client that says what it is told to. */
    private static final class Talker implements WebSocket.Listener, AutoCloseable {
        private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        private final WebSocket socket = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .buildAsync(URI.create(url), this)
                .join();

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
            heard.add(data.toString());
            from.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
            heard.add("closed " + code);
            return null;
        }

        String says(String frame) throws InterruptedException {
            socket.sendText(frame, true).join();
            return hears();
        }

        String hears() throws InterruptedException {
            String said = heard.poll(30, TimeUnit.SECONDS);
            assertThat(said).isNotNull();
            return said;
        }

        @Override
        public void close() {
            socket.abort();
        }
    }

    @Test
    void listsComeWhole() throws Exception {
        for (int i = 1; i <= 250; i++) {
            server.publish("log:1", Integer.toString(i)).get();
        }
        List<String> messages = lines("history", "log:1");
        assertThat(messages).hasSize(250);
        assertThat(messages.get(0)).contains("\"offset\":1", "\"data\":1");
        assertThat(messages.get(249)).contains("\"offset\":250", "\"data\":250");
        String epoch = server.publish("log:1", "251").get().epoch();
        assertThat(lines("history", "--after", epoch + ":120", "log:1")).hasSize(131);

        try (Talker ann = new Talker();
                Talker bob = new Talker()) {
            String client = ann.says("{\"type\":\"connect\",\"id\":1,\"agent\":\"ann/1\"}");
            assertThat(client).contains("connected");
            assertThat(bob.says("{\"type\":\"connect\",\"id\":1,\"agent\":\"bob/1\"}"))
                    .contains("connected");
            assertThat(ann.says("{\"type\":\"subscribe\",\"id\":2,\"channel\":\"log:1\"}"))
                    .contains("subscribed");
            assertThat(
                            ann.says(
                                    "{\"type\":\"presence\",\"id\":3,\"action\":\"enter\",\"channel\":\"room\",\"data\":{\"a\":1}}"))
                    .contains("presence");
            assertThat(lines("presence", "room")).singleElement().asString().contains("\"data\":{\"a\":1}");
            assertThat(lines("presence", "--count", "room"))
                    .singleElement()
                    .asString()
                    .contains("\"count\":1")
                    .doesNotContain("\"a\":1");
            assertThat(lines("presence", "--count", "nowhere"))
                    .singleElement()
                    .asString()
                    .contains("\"count\":0");
            assertThat(lines("sessions", "--channel", "log:1"))
                    .singleElement()
                    .asString()
                    .contains("ann/1");
            assertThat(lines("sessions", "--carrier", "websocket")).hasSize(2);
            assertThat(lines("channels", "--prefix", "log:", "--occupied"))
                    .singleElement()
                    .asString()
                    .contains("log:1");
            assertThat(lines("stats")).singleElement().asString().contains("\"sessions\":2");
            String id = client.replaceAll(".*\"client\":\"([^\"]+)\".*", "$1");
            assertThat(lines("subscriptions", "--client", id))
                    .singleElement()
                    .asString()
                    .contains("\"channel\":\"log:1\"", "\"offset\":251", "\"lag\":0");
            assertThat(lines("users")).isEmpty();
            assertThat(lines("close", "--client", id)).containsExactly("{\"closed\":1}");
            assertThat(ann.hears()).contains("\"code\":4403");
            assertThat(lines("revoke", "--user", "nobody", "--lasts", "60"))
                    .singleElement()
                    .asString()
                    .contains("0");
        }
    }

    @Test
    void usersAreSpokenToAndSubscribed() {
        assertThat(lines("assign", "ann b", "news")).containsExactly("{\"sessions\":0}");
        assertThat(lines("unassign", "ann b", "news")).containsExactly("{\"sessions\":0}");
        assertThat(lines("send", "ann b", "{\"text\":\"hello\"}"))
                .singleElement()
                .asString()
                .contains("\"channel\":\"$user:ann%20b\"", "\"offset\":1");
        assertThat(run("send", "ann", "no json").code()).isEqualTo(2);
    }

    @Test
    void eventsComeAsTheyHappen() throws Exception {
        Shell.Running events = Shell.start(
                new byte[0],
                with(KEY, "events", "--types", "session.opened,session.closed", "--after", "0", "--count", "1000"));
        try (Talker ann = new Talker()) {
            assertThat(ann.says("{\"type\":\"connect\",\"id\":1,\"agent\":\"watched/1\"}"))
                    .contains("connected");
            events.prints("watched/1");
            ann.says("{\"type\":\"disconnect\"}");
            events.prints("\"name\":\"normal\"");
        }
        Shell.Ran first = run("events", "--after", "0", "--types", "session.opened", "--count", "1");
        assertThat(first.code()).isZero();
        assertThat(first.lines())
                .singleElement()
                .asString()
                .startsWith("{\"position\":")
                .contains("session.opened");
    }

    @Test
    void refusalsAreSaid() {
        Shell.Ran stranger = Shell.run("", with("nobody", "stats"));
        assertThat(stranger.code()).isEqualTo(Exit.FAILED);
        assertThat(stranger.err()).contains("unauthorized").doesNotContain("nobody");
        Shell.Ran reader = Shell.run("", with(READER, "presence", "room"));
        assertThat(reader.code()).isEqualTo(Exit.FAILED);
        assertThat(reader.err()).contains("forbidden");
        assertThat(run("presence", "not a name").err()).contains("bad_channel", "channel");
        assertThat(run("events", "--types", "nothing").err()).contains("invalid_field", "types");
        assertThat(run("close").code()).isEqualTo(Exit.USAGE);
        assertThat(Shell.run("", "stats", "--url", "http://127.0.0.1:1").code()).isEqualTo(Exit.UNREACHABLE);
        assertThat(Shell.run("", "stats", "--url", "http://a b").code()).isEqualTo(Exit.USAGE);
    }
}
