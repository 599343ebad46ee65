// SPDX-License-Identifier: Apache-2.0
package dev.longwire.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longwire.core.Limits;
import dev.longwire.faults.load.ChannelLog;
import dev.longwire.faults.load.Fleet;
import dev.longwire.faults.load.ModelClient;
import dev.longwire.faults.load.Trace;
import dev.longwire.faults.load.TraceJudge;
import dev.longwire.server.LongwireServer;
import dev.longwire.server.config.ServerConfig;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** A server, a proxy before it, clients behind that, and a reference client that meets no fault. */
final class Town implements AutoCloseable {

    static final Duration PATIENCE = Duration.ofMinutes(2);

    /** Silent carriers are found in ten seconds instead of half a minute. */
    private static final Limits LIMITS = Limits.DEFAULT.withTimes(2_000, Limits.DEFAULT.graceMillis());

    final LongwireServer server;
    final FaultProxy proxy;
    final Fleet fleet = new Fleet();
    final List<ModelClient> clients = new ArrayList<>();
    private final Fleet spectators = new Fleet();
    final ModelClient reference;
    private final int channels;

    /** Starts everything, the reference client subscribed to all channels. */
    Town(int channels, long seed) throws Exception {
        this.channels = channels;
        server = LongwireServer.start(
                ServerConfig.DEFAULT.at("127.0.0.1", 0).withSession(LIMITS).withDrainMillis(0));
        proxy = FaultProxy.start(direct());
        reference = spectators.add(direct(), "reference", List.of(Carriage.WEBSOCKET), seed);
        join(List.of(reference.start()));
        for (int i = 0; i < channels; i++) {
            join(List.of(reference.subscribe(channel(i))));
        }
    }

    InetSocketAddress direct() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port());
    }

    String channel(int number) {
        return "room:" + number % channels;
    }

    /** Lets clients in, each subscribed to two channels where there are two. */
    void populate(InetSocketAddress by, int count, List<Carriage> means, long seed) throws Exception {
        List<CompletableFuture<?>> ready = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ModelClient client = fleet.add(by, "c" + i, means, seed * 100_000 + i);
            clients.add(client);
            ready.add(client.start());
            channelsOf(i).forEach(channel -> ready.add(client.subscribe(channel)));
        }
        join(ready);
    }

    List<String> channelsOf(int client) {
        String first = channel(client);
        String second = channel(client * 7 + 1);
        return first.equals(second) ? List.of(first) : List.of(first, second);
    }

    /** Publishes at this pace, by the clients in turn or by the reference alone, until so many cuts were made. */
    void publishUntilCut(int perSecond, int cuts, boolean byClients) throws Exception {
        AtomicInteger number = new AtomicInteger();
        ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
        try {
            clock.scheduleAtFixedRate(
                    () -> publish(number.getAndIncrement(), byClients),
                    0,
                    1_000_000 / perSecond,
                    TimeUnit.MICROSECONDS);
            assertThat(proxy.log().awaitCuts(cuts, Duration.ofSeconds(cuts / 10 + 60)))
                    .as("%d of %d cuts were made", proxy.log().cuts(), cuts)
                    .isTrue();
        } finally {
            clock.shutdown();
            clock.awaitTermination(10, TimeUnit.SECONDS);
            proxy.plan(null);
        }
    }

    private void publish(int number, boolean byClients) {
        int who = Math.floorMod(number * 13, clients.size());
        String data = "{\"n\":" + number + "}";
        if (byClients) {
            List<String> own = channelsOf(who);
            clients.get(who).publish(own.get(number / clients.size() % own.size()), data);
        } else {
            reference.publish(channel(number), data);
        }
    }

    /** Everybody comes back, every request is answered, and everybody has what the reference has. */
    void settle() {
        await(() -> "no answer yet: " + fleet.waiting(), () -> fleet.waiting().isEmpty());
        await(
                () -> "no answer yet: " + spectators.waiting(),
                () -> spectators.waiting().isEmpty());
        await(() -> "behind: " + behind(), () -> behind().isEmpty());
    }

    private List<String> behind() {
        return fleet.look(() -> clients.stream()
                .map(ModelClient::trace)
                .filter(trace -> trace.channels().stream()
                        .anyMatch(channel ->
                                trace.last(channel) != reference.trace().last(channel)))
                .map(Trace::name)
                .toList());
    }

    /** The verdict on all clients, the reference's log being compared with the server's history first. */
    TraceJudge.Verdict judge(TraceJudge judge) throws Exception {
        for (int i = 0; i < channels; i++) {
            ChannelLog seen = ChannelLog.seenBy(reference, channel(i));
            ChannelLog read = ChannelLog.readBy(reference, channel(i)).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertThat(seen.agreesWith(read))
                    .as("live and history of %s", channel(i))
                    .isTrue();
            judge.log(seen);
        }
        List<Trace> traces = clients.stream().map(ModelClient::trace).toList();
        TraceJudge.Verdict verdict = fleet.look(() -> judge.judge(traces));
        System.out.println(proxy.log().byFault() + "\n" + proxy.log().cutsByPlace() + "\n" + verdict);
        return verdict;
    }

    static void await(Supplier<String> what, BooleanSupplier condition) {
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(until);
            LockSupport.parkNanos(20_000_000);
        }
    }

    static void join(List<? extends CompletableFuture<?>> all) throws Exception {
        CompletableFuture.allOf(all.toArray(new CompletableFuture<?>[0])).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        fleet.close();
        spectators.close();
        proxy.close();
        server.close();
    }
}
