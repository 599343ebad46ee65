// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.bridge;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEventLoop;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;

/** Opens connections to upstreams, on one loop. */
final class Dialer {

    private static final int CONNECT_MILLIS = 10_000;

    private final EventLoop loop;

    Dialer(EventLoop loop) {
        this.loop = loop;
    }

    /** Where to. */
    record Target(String host, int port) {}

    /** Whoever wants the connection. Called on the loop. */
    interface Caller {
        /** Whether it is still worth trying. */
        boolean wanted();

        /** A connection is made: its handlers are to be added. One after the other may be, as addresses are tried. */
        void prepare(Channel fresh);

        /** There is none. */
        void failed();
    }

    /** A name is looked up on a thread of its own, since that may take long. */
    void dial(Target target, Caller caller) {
        Thread.ofVirtual().name("bridge-resolver").start(() -> {
            InetAddress[] found;
            try {
                found = InetAddress.getAllByName(target.host);
            } catch (UnknownHostException unknown) {
                found = new InetAddress[0];
            }
            List<InetSocketAddress> addresses = List.of(found).stream()
                    .map(each -> new InetSocketAddress(each, target.port))
                    .toList();
            loop.execute(() -> dial(addresses, caller));
        });
    }

    private void dial(List<InetSocketAddress> addresses, Caller caller) {
        if (!caller.wanted()) {
            return;
        }
        if (addresses.isEmpty()) {
            caller.failed();
            return;
        }
        boolean epoll = loop instanceof IoEventLoop io && io.isIoType(EpollIoHandler.class);
        new Bootstrap()
                .group(loop)
                .channel(epoll ? EpollSocketChannel.class : NioSocketChannel.class)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel fresh) {
                        caller.prepare(fresh);
                    }
                })
                .connect(addresses.get(0))
                .addListener(connected -> {
                    if (!connected.isSuccess()) {
                        dial(addresses.subList(1, addresses.size()), caller);
                    }
                });
    }
}
