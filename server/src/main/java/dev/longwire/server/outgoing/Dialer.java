// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.outgoing;

import dev.longwire.server.config.PrivateTargets;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
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
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Opens connections to others, on one loop. A name is looked up once per connection, what was found is judged, and the
 * connection goes to an address that was judged: a name that means something else a moment later changes nothing.
 */
public final class Dialer {

    private final EventLoop loop;
    private final int connectMillis;
    private final Lookup lookup;

    /** @param connectMillis for each of a name's addresses */
    public Dialer(EventLoop loop, int connectMillis) {
        this(loop, connectMillis, InetAddress::getAllByName);
    }

    Dialer(EventLoop loop, int connectMillis, Lookup lookup) {
        this.loop = loop;
        this.connectMillis = connectMillis;
        this.lookup = lookup;
    }

    /** Who knows the addresses of names. May block. */
    interface Lookup {
        InetAddress[] addresses(String host) throws UnknownHostException;
    }

    /**
     * Where to.
     *
     * @param host a name, or an address without brackets
     * @param allowed what need not be public; empty to go wherever the name leads
     */
    public record Place(String host, int port, Optional<PrivateTargets> allowed) {}

    /** Whoever wants the connection. Called on the loop. */
    public interface Caller {
        /** Whether it is still worth trying. */
        boolean wanted();

        /** A connection is made: its handlers are to be added. One after the other may be, as addresses are tried. */
        void prepare(Channel fresh);

        /** The connection is open. */
        default void connected(Channel open) {}

        /** There is none. */
        void failed(Failure why);
    }

    /** A name is looked up on a thread of its own, since that may take long. */
    public void dial(Place place, Caller caller) {
        Thread.ofVirtual().name("resolver").start(() -> {
            InetAddress[] found;
            try {
                found = lookup.addresses(place.host);
            } catch (UnknownHostException unknown) {
                found = new InetAddress[0];
            }
            List<InetAddress> addresses = List.of(found);
            loop.execute(() -> judge(place, addresses, caller));
        });
    }

    /** One address that isn't allowed spoils all: a name that leads to two places is not to be trusted with either. */
    private void judge(Place place, List<InetAddress> addresses, Caller caller) {
        boolean all = place.allowed.isEmpty()
                || addresses.stream().allMatch(each -> Reach.allows(each, place.host, place.allowed.orElseThrow()));
        if (addresses.isEmpty()) {
            caller.failed(Failure.NAME_UNKNOWN);
        } else if (all) {
            Stream<InetSocketAddress> sockets = addresses.stream().map(each -> new InetSocketAddress(each, place.port));
            connect(sockets.toList(), caller);
        } else {
            caller.failed(Failure.ADDRESS_REFUSED);
        }
    }

    private void connect(List<InetSocketAddress> addresses, Caller caller) {
        if (!caller.wanted() || addresses.isEmpty()) {
            caller.failed(Failure.UNREACHABLE);
            return;
        }
        boolean epoll = loop instanceof IoEventLoop io && io.isIoType(EpollIoHandler.class);
        new Bootstrap()
                .group(loop)
                .channel(epoll ? EpollSocketChannel.class : NioSocketChannel.class)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, connectMillis)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel fresh) {
                        caller.prepare(fresh);
                    }
                })
                .connect(addresses.get(0))
                .addListener((ChannelFutureListener) connected -> {
                    if (connected.isSuccess()) {
                        caller.connected(connected.channel());
                    } else {
                        connect(addresses.subList(1, addresses.size()), caller);
                    }
                });
    }
}
