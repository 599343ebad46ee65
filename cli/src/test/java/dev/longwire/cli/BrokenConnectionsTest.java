// SPDX-License-Identifier: Apache-2.0
package dev.longwire.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longwire.client.Channel;
import dev.longwire.client.ChannelListener;
import dev.longwire.client.Client;
import dev.longwire.client.Message;
import dev.longwire.client.Published;
import dev.longwire.client.Reset;
import dev.longwire.client.State;
import dev.longwire.client.Via;
import dev.longwire.faults.Direction;
import dev.longwire.faults.Fault;
import dev.longwire.faults.Fault.How;
import dev.longwire.faults.FaultProxy;
import dev.longwire.faults.Rule;
import dev.longwire.server.LongwireServer;
import dev.longwire.server.config.ServerConfig;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The Java client over connections that break, with a real server behind them: everything once and in order. */
@Timeout(180)
final class BrokenConnectionsTest {
    private LongwireServer server;
    private FaultProxy proxy;
    private final List<Client> clients = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        server = LongwireServer.start(ServerConfig.DEFAULT.at("127.0.0.1", 0).withDrainMillis(100));
        proxy = FaultProxy.start(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
    }

    @AfterEach
    void stop() {
        clients.forEach(Client::closeAsync);
        proxy.close();
        server.close();
    }

    private Client.Builder builder() {
        return Client.builder("http://127.0.0.1:" + proxy.port()).backoff(Duration.ofMillis(1), Duration.ofMillis(100));
    }

    private Client connected(Client.Builder builder) throws Exception {
        Client client = builder.build();
        clients.add(client);
        client.connect().get(60, TimeUnit.SECONDS);
        return client;
    }

    /** Notes what comes until it is enough. A reset would be a loss, which nothing here excuses. */
    private static final class Everything implements ChannelListener {
        final CompletableFuture<List<String>> all = new CompletableFuture<>();
        private final List<String> got = new ArrayList<>();
        private final int count;

        Everything(int count) {
            this.count = count;
        }

        @Override
        public void onMessage(Message message) {
            got.add(message.position().offset() + " " + message.payload());
            if (got.size() == count) {
                all.complete(List.copyOf(got));
            }
        }

        @Override
        public void onReset(Reset reset) {
            all.completeExceptionally(new AssertionError(reset.toString()));
        }
    }

    private static List<CompletableFuture<Published>> publish(Client client, String channel, int count) {
        Channel to = client.channel(channel);
        List<CompletableFuture<Published>> answers = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            client.room().orTimeout(60, TimeUnit.SECONDS).join();
            answers.add(to.publish(Integer.toString(i)));
        }
        return answers;
    }

    @ParameterizedTest
    @EnumSource
    void everythingOnceAndInOrderOverCuts(Via via) throws Exception {
        int count = 2_000;
        proxy.rule(Rule.on(Direction.UP, "publish").every(151).cutAfter(How.RST));
        proxy.rule(Rule.on(Direction.UP, "publish").every(263).cutBefore(How.FIN));
        proxy.rule(Rule.on(Direction.DOWN, "published").every(197).cutBefore(How.RST));
        proxy.rule(Rule.on(Direction.DOWN, "message").every(331).cutBefore(How.RST));
        Everything everything = new Everything(count);
        connected(builder().transports(via))
                .channel("events")
                .subscribe(everything)
                .ready()
                .get(60, TimeUnit.SECONDS);
        Client publisher = connected(builder().transports(via));
        List<CompletableFuture<Published>> answers = publish(publisher, "events", count);

        assertThat(everything.all.get(120, TimeUnit.SECONDS))
                .isEqualTo(LongStream.rangeClosed(1, count)
                        .mapToObj(n -> n + " " + n)
                        .toList());
        for (int i = 0; i < count; i++) {
            assertThat(answers.get(i).get(60, TimeUnit.SECONDS).position().offset())
                    .isEqualTo(i + 1);
        }
        assertThat(proxy.log().cuts()).isGreaterThan(10);
        assertThat(publisher.transport()).isEqualTo(via);
    }

    @Test
    void pollsWhereWebSocketsAreRefusedAndReturnsWhenTheyWork() throws Exception {
        proxy.rule(Rule.onUpgrade().then(new Fault.Refuse(403)));
        Everything everything = new Everything(200);
        List<State> states = new ArrayList<>();
        Client client =
                connected(builder().probe(Duration.ofMillis(200)).onState(change -> states.add(change.state())));
        assertThat(client.transport()).isEqualTo(Via.POLL);
        client.channel("events").subscribe(everything).ready().get(60, TimeUnit.SECONDS);
        publish(client, "events", 100)
                .forEach(answer -> answer.orTimeout(60, TimeUnit.SECONDS).join());
        proxy.rules(List.of());
        while (client.transport() != Via.WEBSOCKET) {
            // Each of these takes a moment; the way changes under them and nothing shows.
            client.channel("elsewhere").publish("0").get(60, TimeUnit.SECONDS);
        }
        publish(client, "events", 100)
                .forEach(answer -> answer.orTimeout(60, TimeUnit.SECONDS).join());
        assertThat(everything.all.get(60, TimeUnit.SECONDS)).hasSize(200).doesNotHaveDuplicates();
        assertThat(everything.got.get(199)).isEqualTo("200 100");
        assertThat(states).doesNotContain(State.RECONNECTING);
    }

    @Test
    void aWebSocketThatIsKilledYoungIsLeftForPolling() throws Exception {
        proxy.rule(Rule.onUpgrade().then(new Fault.KillAfter(200, How.RST)));
        Everything everything = new Everything(1_000);
        Client client = connected(builder());
        client.channel("events").subscribe(everything).ready().get(60, TimeUnit.SECONDS);
        publish(client, "events", 1_000)
                .forEach(answer -> answer.orTimeout(60, TimeUnit.SECONDS).join());
        assertThat(everything.all.get(60, TimeUnit.SECONDS)).hasSize(1_000).doesNotHaveDuplicates();
        while (client.transport() != Via.POLL) {
            client.channel("elsewhere").publish("0").get(60, TimeUnit.SECONDS);
        }
        client.closeAsync().get(60, TimeUnit.SECONDS);
    }
}
