// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.loop;

import dev.longwire.core.access.Assignments;
import dev.longwire.core.access.Revocation;
import dev.longwire.core.channel.ChannelReply;
import dev.longwire.core.channel.ChannelRequest;
import dev.longwire.core.channel.ChannelSettings;
import dev.longwire.core.hub.HubInput;
import dev.longwire.server.auth.RevokingVerifier;
import dev.longwire.server.auth.Tickets;
import dev.longwire.server.auth.Verifier;
import dev.longwire.server.config.ServerConfig;
import dev.longwire.server.connection.ConnectionListener;
import dev.longwire.server.event.Journal;
import dev.longwire.server.hook.Authorizers;
import dev.longwire.server.log.ConnectionLog;
import dev.longwire.server.metrics.Metrics;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * All event loops of a server, and which of them has what: a channel's owner follows from its name, a session's home is
 * looked up.
 *
 * <p>Threads: any.
 */
public final class Loops {

    private final ServerConfig config;
    private final RevokingVerifier verifier;
    private final Authorizers authorizers;
    private final Metrics metrics;
    private final byte[] ticketKey;
    private final ConnectionListener listener;
    private final String boot = Tickets.freshBoot();
    private final long seed = Tickets.freshSeed();
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final List<Loop> all = new ArrayList<>();
    private final IdentityHashMap<EventExecutor, Loop> byExecutor = new IdentityHashMap<>();
    private final Homes homes;
    private final Journal journal;
    /** What all hubs know; locked while they are told, so that they hear the same in the same order. */
    private final Assignments assignments = new Assignments();

    private final AtomicLong questions = new AtomicLong();

    /**
     * Who says what clients may do.
     *
     * @param verifier whose tokens are good
     * @param authorizers who is asked first
     */
    public record Deciders(Verifier verifier, Authorizers authorizers) {}

    /** @param listener is told of every connection, after the log and the metrics */
    public Loops(
            ServerConfig config,
            EventLoopGroup group,
            Deciders deciders,
            Metrics metrics,
            ConnectionListener listener) {
        this.config = config;
        this.verifier = new RevokingVerifier(deciders.verifier);
        this.authorizers = deciders.authorizers;
        this.metrics = metrics;
        this.ticketKey = config.ticketKey() == null
                ? Tickets.freshKey()
                : config.ticketKey().getBytes(StandardCharsets.UTF_8);
        this.journal = new Journal(boot, types -> each(loop -> loop.want(types)));
        this.homes = new Homes(config.gate().perUser());
        this.listener = ConnectionListener.all(new ConnectionLog(), metrics, listener);
        List<EventLoop> executors = new ArrayList<>();
        group.forEach(executor -> executors.add((EventLoop) executor));
        long budget =
                config.logBytes() > 0 ? config.logBytes() : Runtime.getRuntime().maxMemory() / 4;
        ChannelSettings channels = new ChannelSettings(
                config.namespaces(),
                config.session().dedupeMillis(),
                ChannelSettings.DEFAULT.dedupeEntries(),
                Math.max(1, budget / executors.size()),
                ChannelSettings.DEFAULT.spareMillis());
        for (EventLoop executor : executors) {
            Loop loop = new Loop(all.size(), this, executor, channels);
            all.add(loop);
            byExecutor.put(executor, loop);
        }
    }

    public ServerConfig config() {
        return config;
    }

    /** Every open connection. */
    public ChannelGroup connections() {
        return connections;
    }

    public Metrics metrics() {
        return metrics;
    }

    /** Whoever wants to know of connections. */
    public ConnectionListener listener() {
        return listener;
    }

    public List<Loop> all() {
        return List.copyOf(all);
    }

    /** The loop that a connection was registered with. */
    public Loop of(EventExecutor executor) {
        Loop loop = byExecutor.get(executor);
        if (loop == null) {
            throw new IllegalArgumentException("not one of these loops");
        }
        return loop;
    }

    /** The loop for something that has no home yet, always the same for the same name. */
    public Loop byHash(String name) {
        int hash = name.hashCode();
        return all.get(Math.floorMod(hash ^ (hash >>> 16), all.size()));
    }

    /** The loop whose hub has this session, or null. */
    public @Nullable Loop homeOf(String session) {
        return homes.of(session);
    }

    /** How many sessions there are. */
    public int sessionCount() {
        return homes.size();
    }

    public Verifier verifier() {
        return verifier;
    }

    /** Who is asked before something is done. */
    Authorizers authorizers() {
        return authorizers;
    }

    /** Such tokens are not accepted from now on; false when there is no room to remember it. */
    public boolean revoke(Revocation revocation) {
        return verifier.revoke(revocation);
    }

    /**
     * Subscribes a user to a channel, or ends that, in all of their sessions; every loop hears of all of these in one order.
     *
     * @param then gets how many sessions of the user there are
     * @return false, and nothing happens, when there is no room to remember one more
     */
    public boolean assign(HubInput.Assign input, IntConsumer then) {
        List<CompletableFuture<Integer>> counts = new ArrayList<>();
        synchronized (assignments) {
            if (!input.begins()) {
                assignments.remove(input.user(), input.channel());
            } else if (!assignments.add(input.user(), input.channel())) {
                return false;
            }
            for (Loop loop : all) {
                CompletableFuture<Integer> count = new CompletableFuture<>();
                counts.add(count);
                loop.post(() -> {
                    loop.accept(input);
                    count.complete(loop.hub().sessionsOf(input.user()));
                });
            }
        }
        CompletableFuture.allOf(counts.toArray(CompletableFuture<?>[]::new))
                .thenRun(() -> then.accept(
                        counts.stream().mapToInt(CompletableFuture::join).sum()));
        return true;
    }

    byte[] ticketKey() {
        return ticketKey.clone();
    }

    String boot() {
        return boot;
    }

    long seed() {
        return seed;
    }

    Loop at(int number) {
        return all.get(number);
    }

    Loop ownerOf(String channel) {
        return byHash(channel);
    }

    /**
     * Asks a channel's owner for somebody without a session, from any thread; what one thread asks of one channel runs in
     * its order.
     *
     * @param question makes a request that is answered, with the tag it is given
     * @param then gets the answer, on the owner's loop, which it must not block
     */
    public void ask(Function<ChannelRequest.Tag, ChannelRequest> question, Consumer<ChannelReply> then) {
        ChannelRequest.Tag tag = new ChannelRequest.Tag("", 0, questions.incrementAndGet());
        ChannelRequest request = question.apply(tag);
        Loop owner = ownerOf(request.channel());
        owner.post(() -> owner.serve(tag, request, then));
    }

    /** What happened in this server. */
    public Journal journal() {
        return journal;
    }

    /** Where sessions are. */
    Homes homes() {
        return homes;
    }

    /** When their threads have ended. */
    public void end() {
        all.forEach(Loop::end);
    }

    /** Runs something on every loop. */
    public void each(Consumer<Loop> task) {
        for (Loop loop : all) {
            loop.post(() -> task.accept(loop));
        }
    }
}
