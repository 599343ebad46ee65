// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.http;

import dev.longwire.server.config.NetworkLimits;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequestDecoder;

/**
 * Reads requests of HTTP/1.1, refuses what proxies and servers are known to read differently, and says when a request has
 * begun and not ended.
 */
final class RequestDecoder extends HttpRequestDecoder {

    private final HttpConnection connection;

    /** Requests whose first line has come. */
    private long begun;

    RequestDecoder(NetworkLimits limits, HttpConnection connection) {
        super(new HttpDecoderConfig()
                .setMaxInitialLineLength(limits.requestLineBytes())
                .setMaxHeaderSize(limits.headerBytes())
                .setMaxChunkSize(8192)
                .setValidateHeaders(true)
                .setAllowDuplicateContentLengths(false));
        this.connection = connection;
    }

    @Override
    protected HttpMessage createMessage(String[] initialLine) throws Exception {
        begun++;
        return super.createMessage(initialLine);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object bytes) throws Exception {
        super.channelRead(ctx, bytes);
        if (!ctx.isRemoved()) {
            connection.read(begun, actualReadableBytes() > 0);
        }
    }

    @Override
    protected void handleTransferEncodingChunkedWithContentLength(HttpMessage message) {
        throw new IllegalArgumentException("both Transfer-Encoding and Content-Length");
    }
}
