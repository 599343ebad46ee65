// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.outgoing;

import io.netty.channel.EventLoopGroup;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.net.InetAddress;
import javax.net.ssl.SSLException;

/**
 * Whoever makes requests for the server: HTTP/1.1 on its own loops, to destinations that an operator configured. No
 * thread waits for an answer, a redirect is an answer like others, and nothing goes through a proxy.
 *
 * <p>Threads: any.
 */
public final class Sender {

    private final EventLoopGroup group;
    private final SslContext tls;
    private final Dialer.Lookup lookup;

    /** Trusts whom the JVM trusts. */
    public Sender(EventLoopGroup group) {
        this(group, trusted(), InetAddress::getAllByName);
    }

    /** @param tls what to trust; it must compare names */
    Sender(EventLoopGroup group, SslContext tls, Dialer.Lookup lookup) {
        this.group = group;
        this.tls = tls;
        this.lookup = lookup;
    }

    private static SslContext trusted() {
        try {
            return SslContextBuilder.forClient()
                    .endpointIdentificationAlgorithm("HTTPS")
                    .build();
        } catch (SSLException e) {
            throw new IllegalStateException("this JDK has no TLS", e);
        }
    }

    /** A destination with its connections, all on one loop. */
    public Target to(Destination destination) {
        return new Target(destination, group.next(), tls, lookup);
    }
}
