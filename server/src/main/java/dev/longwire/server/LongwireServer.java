// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server;

import dev.longwire.core.access.Assignments;
import dev.longwire.core.channel.ChannelReply;
import dev.longwire.core.channel.ChannelRequest;
import dev.longwire.core.event.EventType;
import dev.longwire.core.hub.HubInput;
import dev.longwire.protocol.ChannelName;
import dev.longwire.protocol.ClientFrame.Extras;
import dev.longwire.protocol.ErrorCode;
import dev.longwire.protocol.Payload;
import dev.longwire.protocol.Position;
import dev.longwire.protocol.codec.CodecLimits;
import dev.longwire.protocol.codec.StrictJson;
import dev.longwire.server.auth.JwtVerifier;
import dev.longwire.server.auth.Verifier;
import dev.longwire.server.config.ServerConfig;
import dev.longwire.server.connection.ConnectionListener;
import dev.longwire.server.event.EventListener;
import dev.longwire.server.hook.Authorizers;
import dev.longwire.server.http.Certificates;
import dev.longwire.server.http.HttpPipeline;
import dev.longwire.server.http.Router;
import dev.longwire.server.loop.Loops;
import dev.longwire.server.metrics.Metrics;
import dev.longwire.server.outgoing.Sender;
import dev.longwire.server.webhook.Webhooks;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running server.
 *
 * <p>Threads: {@link #start} and {@link #stop} block and may be called from any thread but the server's own.
 */
public final class LongwireServer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LongwireServer.class);

    /** What of a connection's unsent bytes the kernel may have; the rest stays where the cursors see it. */
    private static final int KERNEL_UNSENT_BYTES = 16 * 1024;

    private static final int BACKLOG = 4_096;

    /** How often the certificate's files are looked at. */
    private static final int REFRESH_SECONDS = 10;

    /** Levels of a message, and the list around it. */
    private static final int DEEPEST = CodecLimits.DEFAULT.maxDepth() + 1;

    private final ServerConfig config;
    private final EventLoopGroup group;
    private final Loops loops;
    private final Router router;
    private final Webhooks webhooks;
    private final Authorizers authorizers;
    private final Channel listener;
    private boolean stopped;

    /** What it is made of. */
    private record Parts(Loops loops, Router router, Webhooks webhooks, Authorizers authorizers) {}

    private LongwireServer(ServerConfig config, EventLoopGroup group, Parts parts, Channel listener) {
        this.config = config;
        this.group = group;
        this.loops = parts.loops;
        this.router = parts.router;
        this.webhooks = parts.webhooks;
        this.authorizers = parts.authorizers;
        this.listener = listener;
    }

    /**
     * Starts a server without authentication.
     *
     * @throws IllegalArgumentException when the address is not a loopback one and the configuration does not insist
     * @throws IOException when the address can't be bound
     */
    public static LongwireServer start(ServerConfig config) throws IOException {
        return start(config, ConnectionListener.NONE);
    }

    /**
     * Starts a server without authentication that tells somebody of its connections.
     *
     * @throws IllegalArgumentException when the address is not a loopback one and the configuration does not insist
     * @throws IOException when the address can't be bound
     */
    public static LongwireServer start(ServerConfig config, ConnectionListener listener) throws IOException {
        return start(config, listener, List.of());
    }

    /**
     * @param locals who is asked in this process before something is done
     */
    static LongwireServer start(ServerConfig config, ConnectionListener listener, List<Authorizers.Local> locals)
            throws IOException {
        Authorizers.check(locals, config.hooks());
        InetAddress address = InetAddress.getByName(config.host());
        if (!address.isLoopbackAddress() && !config.insecure() && !config.authenticates()) {
            throw new IllegalArgumentException(
                    "without authentication the server binds to loopback addresses only, and " + config.host()
                            + " is none");
        }
        Verifier verifier = config.authenticates()
                ? new JwtVerifier(config.tokens(), config.namespaces().openSomewhere())
                : Verifier.ANONYMOUS;
        boolean epoll = config.transport() != ServerConfig.Transport.NIO && Epoll.isAvailable();
        if (config.transport() == ServerConfig.Transport.EPOLL && !epoll) {
            throw new IllegalArgumentException("epoll is not available here");
        }
        Certificates certificates = config.tls() == null ? null : new Certificates(config.tls());
        IoHandlerFactory handlers = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        int count = config.loops() == 0 ? Runtime.getRuntime().availableProcessors() : config.loops();
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(count, handlers);
        Metrics metrics = new Metrics();
        Sender sender = new Sender(group);
        Authorizers authorizers =
                new Authorizers(locals, config.hooks(), sender, config.network().messageBytes(), metrics);
        Loops loops = new Loops(config, group, new Loops.Deciders(verifier, authorizers), metrics, listener);
        Webhooks webhooks = new Webhooks(config.webhooks(), loops.journal(), sender, metrics);
        Router router = new Router(loops, webhooks);
        ChannelFuture bound = bootstrap(config, group, epoll)
                .childHandler(new HttpPipeline(loops, router, certificates))
                .bind(new InetSocketAddress(address, config.port()))
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            group.shutdownGracefully(0, 0, TimeUnit.MILLISECONDS);
            verifier.close();
            throw new IOException("can't listen on " + config.host() + ":" + config.port(), bound.cause());
        }
        LongwireServer server =
                new LongwireServer(config, group, new Parts(loops, router, webhooks, authorizers), bound.channel());
        webhooks.start();
        if (certificates != null) {
            group.next().scheduleAtFixedRate(certificates::refresh, REFRESH_SECONDS, REFRESH_SECONDS, TimeUnit.SECONDS);
        }
        LOG.atInfo()
                .addKeyValue("address", config.host() + ":" + server.port())
                .addKeyValue("loops", count)
                .addKeyValue("transport", epoll ? "epoll" : "nio")
                .log("listening");
        if (!config.insecure() && !config.authenticates()) {
            LOG.info("no authentication is configured: only programs on this machine are served");
        }
        return server;
    }

    private static ServerBootstrap bootstrap(ServerConfig config, EventLoopGroup group, boolean epoll) {
        Class<? extends ServerChannel> type = epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
        int unsent = config.network().unsentBytes();
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(group)
                .channel(type)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(unsent / 2, unsent));
        if (epoll) {
            bootstrap.childOption(EpollChannelOption.TCP_NOTSENT_LOWAT, (long) KERNEL_UNSENT_BYTES);
        }
        return bootstrap;
    }

    /** The port it listens on. */
    public int port() {
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    /** Where the console is. */
    public String url() {
        String host = config.host().contains(":") ? "[" + config.host() + "]" : config.host();
        return (config.tls() == null ? "http://" : "https://") + host + ":" + port() + "/";
    }

    /**
     * Tells a listener what happens from now on.
     *
     * @param types what it is told of; messages are told of only where somebody asks
     */
    public void listen(EventListener events, Set<EventType> types) {
        loops.journal().listen(events, types);
    }

    /**
     * Publishes to a channel, as the HTTP API does.
     *
     * @param json the message: one JSON value
     * @return where it stands in the channel's log; fails with {@link IllegalArgumentException} when the name or the
     *     message can't be, and with {@link IllegalStateException}, naming the code, when it is refused for now
     */
    public CompletableFuture<Position> publish(String channel, String json) {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        if (!ChannelName.valid(channel)) {
            return CompletableFuture.failedFuture(new IllegalArgumentException(ErrorCode.BAD_CHANNEL.text()));
        }
        if (bytes.length > config.network().messageBytes() || !isOneValue(json)) {
            return CompletableFuture.failedFuture(
                    new IllegalArgumentException("not one JSON value of the length allowed"));
        }
        CompletableFuture<Position> position = new CompletableFuture<>();
        loops.ask(
                tag -> new ChannelRequest.Append(
                        channel,
                        tag,
                        null,
                        ChannelRequest.BACKEND,
                        Payload.json(bytes),
                        Extras.NONE,
                        Payload.json(bytes),
                        null),
                reply -> {
                    switch (reply) {
                        case ChannelReply.Appended appended -> position.complete(appended.position());
                        case ChannelReply.Refused refused ->
                            position.completeExceptionally(
                                    new IllegalStateException(refused.code().wire()));
                        default -> position.completeExceptionally(new IllegalStateException(ErrorCode.INTERNAL.wire()));
                    }
                });
        return position;
    }

    /**
     * Subscribes a user to a channel, in each of their sessions, those that begin later too, until {@link #unsubscribe} or
     * the end of the process, as the HTTP API does. It needs no capability of theirs.
     *
     * @return how many sessions of the user there are now; fails with {@link IllegalArgumentException} when the user is
     *     empty, or the channel's name can't be or is another user's own, and with {@link IllegalStateException} when there
     *     is no room to remember one more
     */
    public CompletableFuture<Integer> subscribe(String user, String channel) {
        return assign(new HubInput.Assign(user, channel, true));
    }

    /** Ends a user's subscriptions to a channel, in each of their sessions. As {@link #subscribe} otherwise. */
    public CompletableFuture<Integer> unsubscribe(String user, String channel) {
        return assign(new HubInput.Assign(user, channel, false));
    }

    private CompletableFuture<Integer> assign(HubInput.Assign assign) {
        if (!Assignments.possible(assign.user(), assign.channel())) {
            return CompletableFuture.failedFuture(new IllegalArgumentException(ErrorCode.BAD_CHANNEL.text()));
        }
        CompletableFuture<Integer> sessions = new CompletableFuture<>();
        if (!loops.assign(assign, sessions::complete)) {
            sessions.completeExceptionally(new IllegalStateException(ErrorCode.OVERLOADED.wire()));
        }
        return sessions;
    }

    private static boolean isOneValue(String json) {
        List<byte[]> values = StrictJson.elements(("[" + json + "]").getBytes(StandardCharsets.UTF_8), DEEPEST);
        return values != null && values.size() == 1;
    }

    /**
     * Stops gently: nobody is let in any more, every client is told when to come back, what was accepted is finished.
     * Returns when all have gone or {@code drainMillis} have passed; called again, when that has been done.
     */
    public synchronized void stop() {
        if (stopped) {
            return;
        }
        stopped = true;
        router.drain();
        listener.close().awaitUninterruptibly();
        CountDownLatch told = new CountDownLatch(loops.all().size());
        loops.each(loop -> {
            loop.drain(config.drainMillis());
            told.countDown();
        });
        try {
            told.await(config.drainMillis(), TimeUnit.MILLISECONDS);
            // A connection that was told to go is closed when its client has said the same.
            loops.connections().newCloseFuture().await(config.network().closeMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        webhooks.stop(config.drainMillis());
        authorizers.close();
        group.shutdownGracefully(0, config.network().closeMillis(), TimeUnit.MILLISECONDS)
                .awaitUninterruptibly();
        loops.end();
        loops.verifier().close();
        loops.journal().close();
        LOG.info("stopped");
    }

    @Override
    public void close() {
        stop();
    }
}
