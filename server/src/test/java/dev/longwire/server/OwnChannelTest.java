// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longwire.server.config.ServerConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the application says to a user reaches them on whatever they are connected with: [K1], [K3]. */
final class OwnChannelTest {

    @TempDir
    private static Path folder;

    private static LongwireServer server;

    @BeforeAll
    static void start() throws IOException {
        server = LongwireServer.start(ServerConfig.DEFAULT
                .at("127.0.0.1", 0)
                .withLoops(2)
                .withDrainMillis(0)
                .withTokens(List.of(new Issuers().config(folder, null))));
    }

    @AfterAll
    static void stop() {
        server.stop();
    }

    private static void subscribe(Bearer bearer, String user) throws IOException {
        assertThat(bearer.ask("\"type\":\"subscribe\",\"channel\":\"$user:" + user + "\""))
                .containsEntry("type", "subscribed");
    }

    @Test
    void everySessionOfTheUserGetsItAndNobodyElse() throws Exception {
        try (Bearer socket = Bearer.of(Bearer.Way.WEBSOCKET, server.port());
                Bearer polls = Bearer.of(Bearer.Way.POLLING, server.port());
                Bearer bob = Bearer.of(Bearer.Way.WEBSOCKET, server.port())) {
            Map<String, Object> connected = socket.connect(Issuers.token("ann"), "");
            polls.connect(Issuers.token("ann"), "");
            bob.connect(Issuers.token("bob"), "");
            subscribe(socket, "ann");
            subscribe(polls, "ann");
            subscribe(bob, "bob");
            assertThat(bob.ask("\"type\":\"subscribe\",\"channel\":\"$user:ann\""))
                    .containsEntry("name", "forbidden");
            String epoch = server.publish("$user:ann", "\"for ann\"").get().epoch();
            server.publish("$user:bob", "\"for bob\"").get();
            assertThat(socket.await("message")).containsEntry("data", "for ann").containsEntry("client", "$api");
            assertThat(polls.await("message")).containsEntry("data", "for ann");
            assertThat(bob.await("message")).containsEntry("data", "for bob");

            // What is said while a connection is lost waits for it.
            socket.cut();
            server.publish("$user:ann", "\"while away\"").get();
            Map<String, Object> again = socket.connect(
                    Issuers.token("ann"),
                    "{\"session\":\"" + connected.get("session")
                            + "\",\"turn\":2,\"channels\":{\"$user:ann\":{\"epoch\":\"" + epoch + "\",\"offset\":1}}}");
            assertThat(again).containsEntry("resumed", true);
            assertThat(socket.await("subscribed")).containsEntry("recovered", true);
            assertThat(socket.await("message")).containsEntry("data", "while away");
            assertThat(bob.heard).isEmpty();
        }
    }
}
