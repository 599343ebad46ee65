// SPDX-License-Identifier: Apache-2.0
package dev.longwire.client;

import dev.longwire.client.transport.Timers;
import dev.longwire.client.transport.Transport;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * Whether a transport works here now: it pings twice, some seconds apart, because some ways open a WebSocket and then kill
 * it. It touches no session.
 */
final class Probe implements Transport.Events {
    private static final long GIVE_UP_MILLIS = 10_000;
    private static final long AGAIN_MILLIS = 3_000;

    private final Executor lane;
    private final Transport transport;
    private final Consumer<Boolean> result;
    private int pongs;
    private boolean over;

    /** @param result told once, on the lane */
    Probe(Executor lane, Transport transport, Consumer<Boolean> result) {
        this.lane = lane;
        this.transport = transport;
        this.result = result;
    }

    void start() {
        after(GIVE_UP_MILLIS, () -> end(false));
        transport.open(this);
    }

    /** Looks no further. */
    void stop() {
        over = true;
        transport.abort();
    }

    private void after(long millis, Runnable task) {
        Timers.after(
                millis,
                () -> lane.execute(() -> {
                    if (!over) {
                        task.run();
                    }
                }));
    }

    private void end(boolean works) {
        if (!over) {
            stop();
            result.accept(works);
        }
    }

    @Override
    public void opened() {
        lane.execute(() -> {
            if (!over) {
                transport.demand();
                transport.send(Link.PING);
            }
        });
    }

    @Override
    public void received(String text) {
        lane.execute(() -> {
            if (!over && ++pongs == 2) {
                end(true);
            } else if (!over) {
                transport.demand();
                after(AGAIN_MILLIS, () -> transport.send(Link.PING));
            }
        });
    }

    @Override
    public void closed(int code) {
        lane.execute(() -> end(false));
    }

    @Override
    public void failed(Transport.Failure failure) {
        lane.execute(() -> end(false));
    }

    @Override
    public void sent() {}

    @Override
    public void heard() {}

    @Override
    public void asked() {}
}
