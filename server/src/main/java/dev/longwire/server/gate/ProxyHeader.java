// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.gate;

import dev.longwire.server.config.AddressRange;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.haproxy.HAProxyCommand;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.netty.handler.codec.haproxy.HAProxyProxiedProtocol.AddressFamily;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** The header of the PROXY protocol, version 1 or 2, with which a trusted proxy begins a connection. */
public final class ProxyHeader extends ChannelInboundHandlerAdapter {

    /** Of what a header of version 2 may say beside addresses. */
    private static final int MOST_EXTRA_BYTES = 1_024;

    private final Visitor visitor;

    private ProxyHeader(Visitor visitor) {
        this.visitor = visitor;
    }

    /** Reads the header before anything else. */
    public static void expect(ChannelPipeline pipeline, Visitor visitor) {
        pipeline.addLast(new HAProxyMessageDecoder(MOST_EXTRA_BYTES, true));
        pipeline.addLast(new ProxyHeader(visitor));
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!(message instanceof HAProxyMessage header)) {
            ctx.fireChannelRead(message);
            return;
        }
        try {
            AddressFamily family = header.proxiedProtocol().addressFamily();
            boolean internet = family == AddressFamily.AF_IPv4 || family == AddressFamily.AF_IPv6;
            // A connection of the proxy's own, such as a health check, is its own.
            if (header.command() == HAProxyCommand.PROXY && internet) {
                InetAddress address = AddressRange.address(header.sourceAddress());
                if (address != null) {
                    visitor.speaksFor(new InetSocketAddress(address, header.sourcePort()));
                }
            }
        } finally {
            header.release();
        }
        ctx.pipeline().remove(this);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // Whoever is trusted and says nothing that can be read is not the proxy that was configured.
        ctx.close();
    }
}
