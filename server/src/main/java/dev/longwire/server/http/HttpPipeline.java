// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.http;

import dev.longwire.server.config.NetworkLimits;
import dev.longwire.server.loop.Loop;
import dev.longwire.server.loop.Loops;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponseEncoder;

/** What a fresh connection goes through: HTTP/1.1 (RFC 9112), until it becomes something else. */
public final class HttpPipeline extends ChannelInitializer<Channel> {

    private final Loops loops;
    private final Router router;

    public HttpPipeline(Loops loops, Router router) {
        this.loops = loops;
        this.router = router;
    }

    @Override
    protected void initChannel(Channel channel) {
        NetworkLimits limits = loops.config().network();
        Loop loop = loops.of(channel.eventLoop());
        loops.connections().add(channel);
        ChannelPipeline pipeline = channel.pipeline();
        pipeline.addLast("decoder", new Decoder(limits));
        pipeline.addLast("encoder", new HttpResponseEncoder());
        pipeline.addLast("aggregator", new HttpObjectAggregator(limits.bodyBytes(), true));
        pipeline.addLast(new HttpConnection(loop, router));
    }

    /** Refuses what proxies and servers are known to read differently. */
    private static final class Decoder extends HttpRequestDecoder {
        Decoder(NetworkLimits limits) {
            super(new HttpDecoderConfig()
                    .setMaxInitialLineLength(limits.requestLineBytes())
                    .setMaxHeaderSize(limits.headerBytes())
                    .setMaxChunkSize(8192)
                    .setValidateHeaders(true)
                    .setAllowDuplicateContentLengths(false));
        }

        @Override
        protected void handleTransferEncodingChunkedWithContentLength(HttpMessage message) {
            throw new IllegalArgumentException("both Transfer-Encoding and Content-Length");
        }
    }
}
