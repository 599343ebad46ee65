// SPDX-License-Identifier: Apache-2.0
package dev.longwire.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longwire.client.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clients cost sockets, not threads. */
@Timeout(120)
final class ThousandClientsTest {
    private static final int CLIENTS = 1_000;
    private static final int AT_A_TIME = 40;

    @Test
    void aThousandLiveOnFewThreads() throws Exception {
        List<Client> clients = new ArrayList<>();
        List<Peer.Connection> connections = new ArrayList<>();
        CountDownLatch heard = new CountDownLatch(CLIENTS);
        int before = Thread.activeCount();
        try (Peer peer = new Peer()) {
            for (int i = 0; i < CLIENTS; i += AT_A_TIME) {
                List<CompletableFuture<?>> ready = new ArrayList<>();
                for (int k = 0; k < AT_A_TIME; k++) {
                    Client client = Client.builder(peer.url()).build();
                    clients.add(client);
                    client.channel("chat:1").subscribe(message -> heard.countDown());
                    ready.add(client.connect());
                }
                for (int k = 0; k < AT_A_TIME; k++) {
                    Peer.Connection connection = peer.accept();
                    connections.add(connection);
                    connection.welcome();
                    JsonObject subscribe = connection.frame("subscribe");
                    connection.say("{'type':'subscribed','id':" + subscribe.number("id", 0)
                            + ",'channel':'chat:1','epoch':'e1','offset':0,'recovered':false,'replay':0}");
                }
                CompletableFuture.allOf(ready.toArray(CompletableFuture<?>[]::new))
                        .get(60, TimeUnit.SECONDS);
            }
            connections.forEach(connection -> connection.message("chat:1", 1));
            assertThat(heard.await(60, TimeUnit.SECONDS)).isTrue();
            int more = Thread.activeCount() - before;
            assertThat(more).isLessThan(40);
        } finally {
            clients.forEach(Client::closeAsync);
            connections.forEach(Peer.Connection::close);
        }
    }
}
