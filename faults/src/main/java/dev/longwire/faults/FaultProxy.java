// SPDX-License-Identifier: Apache-2.0
package dev.longwire.faults;

import dev.longwire.faults.Fault.How;
import dev.longwire.faults.Fault.Side;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Stands between clients and a server on loopback, passes on every byte as it is, and breaks what its rules and its
 * plan say.
 *
 * <p>It understands HTTP/1.1 (polls, event streams, upgrades) and WebSocket frames both ways, JSON and CBOR, far enough
 * to know the type of each frame. What it doesn't understand it passes on as bytes.
 */
public final class FaultProxy implements AutoCloseable {

    private final InetSocketAddress target;
    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final ChannelGroup channels = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);
    private final Rules rules = new Rules();
    private final FaultLog log = new FaultLog();
    private final Channel listener;

    /** Touched on the event loop only. */
    private final Set<Link> links = new LinkedHashSet<>();

    private @Nullable Plan plan;

    private FaultProxy(InetSocketAddress target, int port) {
        this.target = target;
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, 8192)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.AUTO_READ, false)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel client) {
                        accepted(client);
                    }
                });
        listener = bootstrap
                .bind(InetAddress.getLoopbackAddress(), port)
                .syncUninterruptibly()
                .channel();
        channels.add(listener);
    }

    /** Listens on a free port of loopback. */
    public static FaultProxy start(InetSocketAddress target) {
        return new FaultProxy(target, 0);
    }

    /** Listens on this port of loopback; 0 for a free one. */
    public static FaultProxy start(InetSocketAddress target, int port) {
        return new FaultProxy(target, port);
    }

    public int port() {
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    public InetSocketAddress address() {
        return (InetSocketAddress) listener.localAddress();
    }

    /** Adds a rule, behind those that are there. */
    public FaultProxy rule(Rule rule) {
        synchronized (rules) {
            rules.add(rule);
        }
        return this;
    }

    /** These rules, counting anew, and no others. */
    public FaultProxy rules(List<Rule> list) {
        synchronized (rules) {
            rules.clear();
            list.forEach(rules::add);
        }
        return this;
    }

    public List<Rule> rules() {
        synchronized (rules) {
            return rules.rules();
        }
    }

    /** What decides where no rule does; null for nothing. */
    public FaultProxy plan(@Nullable Plan next) {
        synchronized (rules) {
            plan = next;
        }
        return this;
    }

    public FaultLog log() {
        return log;
    }

    /** Ends every connection there is now, and says how many there were. */
    public int cutAll(How how) {
        return onLoop(() -> {
            int count = links.size();
            List.copyOf(links).forEach(link -> link.cut(how, Side.BOTH));
            return count;
        });
    }

    /** How many connections clients have open through here. */
    public int open() {
        return onLoop(links::size);
    }

    private <T> T onLoop(java.util.concurrent.Callable<T> what) {
        return loops.submit(what).syncUninterruptibly().getNow();
    }

    Plan.@Nullable Verdict judge(Passing passing) {
        log.passing(passing);
        Plan.Verdict verdict;
        synchronized (rules) {
            verdict = rules.judge(passing);
            if (verdict == null && plan != null) {
                verdict = plan.judge(passing);
            }
        }
        if (verdict != null) {
            log.struck(passing, verdict);
        }
        return verdict;
    }

    private void accepted(Channel client) {
        channels.add(client);
        int number = log.connected();
        Bootstrap bootstrap = new Bootstrap()
                .group(client.eventLoop())
                .channel(NioSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.AUTO_READ, false)
                .handler(new ChannelInboundHandlerAdapter());
        ChannelFuture connecting = bootstrap.connect(target);
        Channel server = connecting.channel();
        channels.add(server);
        Link link = new Link(this, number, client, server);
        client.pipeline().addLast(new End(link, Direction.UP));
        connecting.addListener(done -> {
            if (!done.isSuccess()) {
                link.cut(How.RST, Side.BOTH);
                return;
            }
            links.add(link);
            client.closeFuture().addListener(closed -> links.remove(link));
            server.pipeline().addLast(new End(link, Direction.DOWN));
            client.config().setAutoRead(true);
            server.config().setAutoRead(true);
        });
    }

    /** Sends bytes once more on a connection of their own; the first whole answer goes to whoever wants it. */
    void again(EventLoop loop, byte[] bytes, @Nullable Consumer<Unit> answered, Runnable sent) {
        if (loop.isShuttingDown()) {
            return;
        }
        new Bootstrap()
                .group(loop)
                .channel(NioSocketChannel.class)
                .handler(new Copy(answered))
                .connect(target)
                .addListener((ChannelFutureListener) done -> {
                    if (done.isSuccess()) {
                        channels.add(done.channel());
                        done.channel().writeAndFlush(Unpooled.wrappedBuffer(bytes));
                    }
                    sent.run();
                });
    }

    @Override
    public void close() {
        channels.close().awaitUninterruptibly();
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    /** One end of a link. */
    private static final class End extends ChannelInboundHandlerAdapter {
        private final Link link;
        private final Direction direction;

        End(Link link, Direction direction) {
            this.link = link;
            this.direction = direction;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ByteBuf bytes = (ByteBuf) message;
            try {
                link.read(direction, bytes);
            } finally {
                bytes.release();
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            link.readComplete(direction);
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext context) {
            link.writable(direction);
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            link.ended(direction, false);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            link.ended(direction, true);
            context.close();
        }
    }

    /** Waits for the answer to a copy, and closes. */
    private static final class Copy extends ChannelInboundHandlerAdapter {
        private final @Nullable Consumer<Unit> answered;
        private final Talk talk = new Talk();
        private final Answers answers = new Answers(talk);
        private final Pile pile = new Pile();

        Copy(@Nullable Consumer<Unit> answered) {
            this.answered = answered;
            talk.asks(new Talk.Asked("POST", Carriage.POLL));
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ByteBuf bytes = (ByteBuf) message;
            try {
                pile.add(bytes);
            } finally {
                bytes.release();
            }
            Unit unit = answers.split(pile);
            if (unit == null || talk.tongue == Talk.Tongue.WEBSOCKET) {
                return;
            }
            if (answered != null) {
                answered.accept(unit);
            }
            context.close();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }
}
