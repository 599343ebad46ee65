// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.http;

import dev.longwire.protocol.ErrorCode;
import dev.longwire.server.loop.Loops;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.TimeUnit;

/**
 * Puts a request together. A body that is too long is refused in our words, and ends the connection: what follows is
 * that body.
 */
final class Aggregator extends HttpObjectAggregator {

    private final Loops loops;

    /** Whether the last answer of this connection has been given. */
    private boolean over;

    Aggregator(Loops loops) {
        super(loops.config().network().bodyBytes(), true);
        this.loops = loops;
    }

    @Override
    protected void handleOversizedMessage(ChannelHandlerContext ctx, HttpMessage oversized) {
        loops.metrics().refused(ErrorCode.BODY_TOO_LARGE.wire());
        FullHttpResponse response = Problem.of(ErrorCode.BODY_TOO_LARGE);
        response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        HttpUtil.setContentLength(response, response.content().readableBytes());
        if (ctx.channel() instanceof DuplexChannel socket) {
            linger(ctx, socket, response);
        } else {
            ctx.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
        }
    }

    /**
     * Closing a socket with unread bytes in it resets it, and then the peer, still sending, may never see the answer (RFC
     * 9112, 9.6). So what it sends is read and thrown away until it has seen our end, for a while.
     */
    private void linger(ChannelHandlerContext ctx, DuplexChannel socket, FullHttpResponse response) {
        over = true;
        ctx.writeAndFlush(response).addListener(written -> {
            if (ctx.pipeline().get(SslHandler.class) == null) {
                socket.shutdownOutput();
            }
        });
        ctx.executor().schedule(() -> ctx.close(), loops.config().network().closeMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
        if (over) {
            ReferenceCountUtil.release(message);
        } else {
            super.channelRead(ctx, message);
        }
    }
}
