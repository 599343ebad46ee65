// SPDX-License-Identifier: Apache-2.0
package dev.longwire.faults.load;

import dev.longwire.faults.Carriage;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Clients that share one event loop. */
public final class Fleet implements AutoCloseable {

    private static final long TICK_MILLIS = 200;

    private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final Net net = new Net(group.next());
    private final List<ModelClient> clients = new ArrayList<>();

    public Fleet() {
        net.loop()
                .scheduleWithFixedDelay(
                        () -> {
                            long now = System.nanoTime();
                            clients.forEach(client -> client.tick(now));
                        },
                        TICK_MILLIS,
                        TICK_MILLIS,
                        TimeUnit.MILLISECONDS);
    }

    /**
     * Adds a client that has not begun yet.
     *
     * @param means what it travels by; with several it chooses anew at every attach
     */
    public ModelClient add(InetSocketAddress address, String name, List<Carriage> means, long seed) {
        ModelClient client = new ModelClient(net, address, name, means, seed);
        net.loop().submit(() -> clients.add(client)).syncUninterruptibly();
        return client;
    }

    /** The clients that wait for something, and what they wait for. */
    public List<String> waiting() {
        return look(() -> clients.stream()
                .filter(client -> client.unanswered() > 0)
                .map(ModelClient::state)
                .toList());
    }

    /** What all clients saw, read while nothing else happens on their loop. */
    public <T> T look(java.util.concurrent.Callable<T> what) {
        return net.loop().submit(what).syncUninterruptibly().getNow();
    }

    @Override
    public void close() {
        clients.forEach(ModelClient::stop);
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
