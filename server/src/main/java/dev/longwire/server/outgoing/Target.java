// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.outgoing;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One destination, its connections and what waits for one. Requests are sent in the order in which they were asked for; with
 * one connection they arrive and are answered in it too.
 *
 * <p>Threads: {@link #post} and {@link #close} any; everything else, answers too, on one loop.
 */
public final class Target {

    private static final int CONNECT_MILLIS = 5_000;

    private final Destination destination;
    private final EventLoop loop;
    private final SslContext tls;
    private final Dialer dialer;
    private final ArrayDeque<Asked> waiting = new ArrayDeque<>();
    private final List<Wire> wires = new ArrayList<>();
    private int dialing;
    private boolean closed;

    Target(Destination destination, EventLoop loop, SslContext tls, Dialer.Lookup lookup) {
        this.destination = destination;
        this.loop = loop;
        this.tls = tls;
        this.dialer = new Dialer(loop, CONNECT_MILLIS, lookup);
    }

    /** A request and whoever waits for its answer. */
    static final class Asked {
        final Post post;
        private final Consumer<Outcome> then;
        private @Nullable Future<?> deadline;
        private boolean dialed;
        private boolean done;

        /** Whether it was sent before, in vain. */
        boolean repeated;

        private Asked(Post post, Consumer<Outcome> then) {
            this.post = post;
            this.then = then;
        }

        void end(Outcome outcome) {
            if (!done) {
                done = true;
                if (deadline != null) {
                    deadline.cancel(false);
                }
                then.accept(outcome);
            }
        }

        void fail(Failure why) {
            end(new Outcome.Failed(why));
        }
    }

    public Destination destination() {
        return destination;
    }

    /** The loop that answers come on. */
    public EventLoop loop() {
        return loop;
    }

    /** Sends a request as soon as there is a connection for it. Exactly one outcome comes, on the loop, and never within this call. */
    public void post(Post post, Consumer<Outcome> then) {
        loop.execute(() -> enter(new Asked(post, then)));
    }

    /** Cuts all connections. What was asked for and not answered fails as stopped. */
    public void close() {
        loop.execute(() -> {
            closed = true;
            List.copyOf(waiting).forEach(each -> each.fail(Failure.STOPPED));
            waiting.clear();
            List.copyOf(wires).forEach(wire -> wire.cut(Failure.STOPPED));
        });
    }

    private void enter(Asked asked) {
        if (closed) {
            asked.fail(Failure.STOPPED);
            return;
        }
        asked.deadline = loop.schedule(() -> late(asked), asked.post.deadlineMillis(), TimeUnit.MILLISECONDS);
        waiting.addLast(asked);
        pump();
        if (waiting.size() > dialing + destination.waiting() && waiting.peekLast() == asked) {
            waiting.removeLast();
            asked.fail(Failure.BUSY);
        }
    }

    private void late(Asked asked) {
        waiting.remove(asked);
        for (Wire wire : List.copyOf(wires)) {
            if (wire.carries(asked)) {
                wire.cut(Failure.TIMEOUT);
            }
        }
        asked.fail(Failure.TIMEOUT);
    }

    /** Gives what waits to connections that are idle, and opens more where there are none. */
    private void pump() {
        // The one that was used last is the least likely to be closed.
        for (Wire wire : List.copyOf(wires).reversed()) {
            if (!waiting.isEmpty() && wire.idle()) {
                wire.send(waiting.removeFirst());
            }
        }
        for (Asked each : List.copyOf(waiting)) {
            if (!each.dialed && dialing < waiting.size() && wires.size() + dialing < destination.connections()) {
                dial(each);
            }
        }
    }

    private void dial(Asked first) {
        dialing++;
        first.dialed = true;
        Dialer.Place place =
                new Dialer.Place(destination.host(), destination.port(), Optional.of(destination.allowed()));
        dialer.dial(place, new Dialer.Caller() {
            @Override
            public boolean wanted() {
                return !waiting.isEmpty() && !closed;
            }

            @Override
            public void prepare(Channel fresh) {
                if (destination.secure()) {
                    SslHandler handler = tls.newHandler(fresh.alloc(), destination.host(), destination.port());
                    handler.setHandshakeTimeoutMillis(CONNECT_MILLIS);
                    fresh.pipeline().addLast(handler);
                }
            }

            @Override
            public void connected(Channel open) {
                SslHandler handler = open.pipeline().get(SslHandler.class);
                if (handler == null) {
                    add(first, open);
                    return;
                }
                handler.handshakeFuture().addListener(shaken -> {
                    if (shaken.isSuccess()) {
                        add(first, open);
                    } else {
                        open.close();
                        failed(Failure.TLS_FAILED);
                    }
                });
            }

            @Override
            public void failed(Failure why) {
                dialing--;
                first.dialed = false;
                // It may have been sent on another connection, or be late.
                if (waiting.remove(first)) {
                    first.fail(why);
                }
                pump();
            }
        });
    }

    private void add(Asked first, Channel open) {
        dialing--;
        first.dialed = false;
        if (closed) {
            open.close();
            return;
        }
        Wire wire = new Wire(destination, this);
        wires.add(wire);
        wire.begin(open);
        pump();
    }

    /** A connection can take the next. */
    void freed(Wire wire) {
        wires.remove(wire);
        wires.add(wire);
        pump();
    }

    /**
     * A connection is gone.
     *
     * @param unsent what it was given and nobody received, as far as can be told; null for nothing
     */
    void gone(Wire wire, @Nullable Asked unsent) {
        wires.remove(wire);
        if (unsent != null && !unsent.done && !closed) {
            unsent.repeated = true;
            // What was kept open beside it is as old.
            List.copyOf(wires).stream().filter(Wire::idle).forEach(old -> old.cut(Failure.CONNECTION_LOST));
            waiting.addFirst(unsent);
        }
        pump();
    }
}
