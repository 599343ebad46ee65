// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.bridge;

import dev.longwire.protocol.ErrorCode;
import dev.longwire.server.outgoing.Dialer;
import dev.longwire.server.outgoing.Failure;
import dev.longwire.server.websocket.Handshake;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.ssl.SslContext;
import java.net.URI;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A plain WebSocket that is led through to the upstream: after the handshake bytes pass as they are, whatever they mean to
 * the two ends.
 *
 * <p>Threads: its loop's.
 */
final class Tunnel extends SimpleChannelInboundHandler<FullHttpResponse> implements Dialer.Caller {

    private static final int PATIENCE_MILLIS = 20_000;
    private static final int ANSWER_BYTES = 16 * 1024;

    private final Bridges.Near near;
    private final Upstream.Opening opening;
    private final HttpHeaders asked;
    private final Runnable over;
    private @Nullable Channel far;

    /** Whether the client was answered, or is gone. */
    private boolean decided;

    private boolean ended;

    /**
     * @param asked headers of the client's handshake, which was found valid
     * @param over is told once, at its end
     */
    Tunnel(Bridges.Near near, Upstream.Opening opening, HttpHeaders asked, Runnable over) {
        this.near = near;
        this.opening = opening;
        this.asked = asked;
        this.over = over;
    }

    void open() {
        Channel client = near.channel();
        client.closeFuture().addListener(closed -> gone());
        client.eventLoop().schedule(this::unavailable, PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        new Dialer(client.eventLoop(), Upstream.CONNECT_MILLIS).dial(opening.place(), this);
    }

    private void gone() {
        decided = true;
        if (far != null) {
            far.close();
        }
        if (!ended) {
            ended = true;
            over.run();
        }
    }

    @Override
    public boolean wanted() {
        return !decided;
    }

    @Override
    public void failed(Failure why) {
        unavailable();
    }

    private void unavailable() {
        if (!decided) {
            gone();
            near.refuse(ErrorCode.UNAVAILABLE);
        }
    }

    /** One address after the other may be tried. */
    @Override
    public boolean isSharable() {
        return true;
    }

    @Override
    public void prepare(Channel fresh) {
        far = fresh;
        SslContext tls = opening.tls();
        if (tls != null) {
            fresh.pipeline().addLast(tls.newHandler(fresh.alloc(), opening.url().getHost(), opening.port()));
        }
        fresh.pipeline()
                .addLast(new HttpClientCodec())
                .addLast(new HttpObjectAggregator(ANSWER_BYTES))
                .addLast(this);
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        URI url = opening.url();
        String path = url.getRawPath() == null || url.getRawPath().isEmpty() ? "/" : url.getRawPath();
        String target = url.getRawQuery() == null ? path : path + "?" + url.getRawQuery();
        FullHttpRequest request =
                new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, target, Unpooled.EMPTY_BUFFER);
        HttpHeaders headers = request.headers()
                .set(opening.headers())
                .set(HttpHeaderNames.HOST, url.getRawAuthority())
                .set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET)
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE)
                .set(HttpHeaderNames.SEC_WEBSOCKET_VERSION, "13")
                .set(HttpHeaderNames.SEC_WEBSOCKET_KEY, asked.get(HttpHeaderNames.SEC_WEBSOCKET_KEY));
        if (!opening.protocols().isEmpty()) {
            headers.set(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, opening.protocols());
        }
        List<String> extensions = asked.getAll(HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS);
        if (!extensions.isEmpty()) {
            headers.set(HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS, extensions);
        }
        ctx.writeAndFlush(request);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, FullHttpResponse answer) {
        String key = asked.get(HttpHeaderNames.SEC_WEBSOCKET_KEY, "");
        boolean accepted = answer.status().equals(HttpResponseStatus.SWITCHING_PROTOCOLS)
                && Handshake.accept(key).equals(answer.headers().get(HttpHeaderNames.SEC_WEBSOCKET_ACCEPT));
        if (!accepted || decided) {
            unavailable();
            ctx.close();
            return;
        }
        decided = true;
        FullHttpResponse response =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS);
        response.headers()
                .set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET)
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE);
        for (var name : List.of(
                HttpHeaderNames.SEC_WEBSOCKET_ACCEPT,
                HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL,
                HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS)) {
            response.headers().set(name, answer.headers().getAll(name));
        }
        Channel upstream = ctx.channel();
        upstream.pipeline().addLast(new Pipe(near.channel()));
        upstream.pipeline().remove(this);
        upstream.pipeline().remove(HttpObjectAggregator.class);
        HttpClientCodec codec = upstream.pipeline().get(HttpClientCodec.class);
        codec.removeOutboundHandler();
        near.become(response, new Pipe(upstream));
        // Not while it is reading: what it has read beyond the handshake goes on from there.
        upstream.eventLoop().execute(() -> upstream.pipeline().remove(codec));
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        unavailable();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }

    /** What comes here goes there; here is not read while there it isn't taken. */
    private static final class Pipe extends ChannelInboundHandlerAdapter {

        private final Channel other;

        Pipe(Channel other) {
            this.other = other;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object bytes) {
            other.write(bytes);
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            other.flush();
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            other.config().setAutoRead(ctx.channel().isWritable());
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            other.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }
}
