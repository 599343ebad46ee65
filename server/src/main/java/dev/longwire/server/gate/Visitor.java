// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.gate;

import dev.longwire.server.config.AddressRange;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AttributeKey;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Who is at the other end of a connection: the one place that says whose address it is.
 *
 * <p>Threads: its connection's loop's.
 */
public final class Visitor {

    private static final AttributeKey<Visitor> KEY = AttributeKey.valueOf(Visitor.class, "visitor");
    private static final String FORWARDED_FOR = "X-Forwarded-For";

    /** Proxies in a row that are read; whoever has more counts as the last that was read. */
    private static final int HOPS = 16;

    private final Turnstile turnstile;
    private final Channel channel;

    /** Who opened the connection, or for whom its proxy says it did; null when it is not known. */
    private @Nullable InetSocketAddress peer;

    /** Whose connection it is counted as. */
    private @Nullable InetAddress counted;

    private boolean turnedAway;

    private Visitor(Turnstile turnstile, Channel channel) {
        this.turnstile = turnstile;
        this.channel = channel;
        this.peer = channel.remoteAddress() instanceof InetSocketAddress internet ? internet : null;
    }

    /** A connection has been accepted. It is counted until it is closed. */
    public static Visitor enter(Turnstile turnstile, Channel channel) {
        Visitor visitor = new Visitor(turnstile, channel);
        channel.attr(KEY).set(visitor);
        if (turnstile.enter(System.nanoTime()) == null) {
            channel.closeFuture().addListener(closed -> turnstile.leave());
            visitor.count();
        } else {
            visitor.turnAway();
        }
        return visitor;
    }

    /** The visitor of a connection, or of a stream of one. */
    public static Visitor of(Channel channel) {
        Visitor visitor = channel.attr(KEY).get();
        if (visitor == null && channel.parent() != null) {
            visitor = channel.parent().attr(KEY).get();
        }
        if (visitor == null) {
            throw new IllegalStateException("did not come in by the gate");
        }
        return visitor;
    }

    /** Whether it has to begin with a header of the PROXY protocol. */
    public boolean speaksForSomebody() {
        return turnstile.proxyProtocol() && peer != null && turnstile.trusted(peer.getAddress());
    }

    /** The proxy that opened the connection has said for whom. */
    void speaksFor(InetSocketAddress client) {
        peer = client;
        if (!turnedAway) {
            count();
        }
    }

    /** Proxies have no address of their own: they speak for many. */
    private void count() {
        InetAddress address = peer == null ? null : peer.getAddress();
        if (address == null || turnstile.trusted(address)) {
            return;
        }
        if (turnstile.enter(address) == null) {
            counted = address;
            channel.closeFuture().addListener(closed -> turnstile.leave(address));
        } else {
            turnAway();
        }
    }

    private void turnAway() {
        turnedAway = true;
        if (turnstile.mayBeTold()) {
            channel.closeFuture().addListener(closed -> turnstile.wasTold());
        } else {
            channel.close();
        }
    }

    /** Whether it is one too many: its first request is answered with that, and it closes. */
    public boolean turnedAway() {
        return turnedAway;
    }

    /**
     * Who asks: whoever is at the other end, or, behind proxies that are trusted, the last that these did not know. Their
     * header is read from its end, because they append to it; what stands before somebody unknown may be made up.
     *
     * @return with port 0 when only the address is known; null when nothing is
     */
    public @Nullable InetSocketAddress client(HttpHeaders headers) {
        if (peer == null || !turnstile.trusted(peer.getAddress())) {
            return peer;
        }
        String list = String.join(",", headers.getAll(FORWARDED_FOR));
        InetSocketAddress client = peer;
        int end = list.length();
        for (int i = 0; i < HOPS && end > 0; i++) {
            int comma = list.lastIndexOf(',', end - 1);
            InetAddress address = address(list.substring(comma + 1, end).trim());
            if (address == null) {
                return client;
            }
            client = new InetSocketAddress(address, 0);
            if (!turnstile.trusted(address)) {
                return client;
            }
            end = comma;
        }
        return client;
    }

    /** Some proxies append the port. */
    private static @Nullable InetAddress address(String text) {
        int bracket = text.indexOf(']');
        if (text.startsWith("[") && bracket > 0) {
            return AddressRange.address(text.substring(1, bracket));
        }
        int colon = text.indexOf(':');
        boolean port = colon > 0 && text.indexOf(':', colon + 1) < 0;
        return AddressRange.address(port ? text.substring(0, colon) : text);
    }

    /**
     * A request of somebody for whom a proxy speaks is under way; it counts like a connection of theirs.
     *
     * @return what is to be run when it is over; null when it is one too many
     */
    public @Nullable Runnable asks(@Nullable InetSocketAddress client) {
        if (client == null || client.equals(peer) || client.getAddress().equals(counted)) {
            return Visitor::nothing;
        }
        InetAddress address = client.getAddress();
        if (turnstile.trusted(address)) {
            return Visitor::nothing;
        }
        return turnstile.enter(address) == null ? () -> turnstile.leave(address) : null;
    }

    private static void nothing() {
        // It is counted already, or nobody's.
    }
}
