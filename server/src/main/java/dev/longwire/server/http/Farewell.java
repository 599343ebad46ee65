// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.http;

import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.TimeUnit;

/**
 * The last answer of a connection whose client may still be sending. Closing a socket with unread bytes in it resets it,
 * and then the client may never see the answer (RFC 9112, 9.6). So what it sends is read and thrown away until it has seen
 * our end, for a while.
 */
final class Farewell extends ChannelInboundHandlerAdapter {

    /** What stands behind it hears nothing any more. */
    static final String BEFORE = "aggregator";

    private Farewell() {}

    /** Answers and ends the connection; of HTTP/2, the stream. */
    static void say(ChannelHandlerContext ctx, FullHttpResponse response, long patienceMillis) {
        if (ctx.pipeline().get(Farewell.class) != null) {
            // It has been said.
            response.release();
            return;
        }
        response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        HttpUtil.setContentLength(response, response.content().readableBytes());
        if (!(ctx.channel() instanceof DuplexChannel socket)) {
            ctx.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
            return;
        }
        ctx.pipeline().addBefore(BEFORE, null, new Farewell());
        ctx.writeAndFlush(response).addListener(written -> {
            // Under TLS half an end would look like an attack: there the client closes, having read that we do.
            if (ctx.pipeline().get(SslHandler.class) == null) {
                socket.shutdownOutput();
            }
        });
        ctx.executor().schedule(() -> ctx.close(), patienceMillis, TimeUnit.MILLISECONDS);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ReferenceCountUtil.release(message);
    }
}
