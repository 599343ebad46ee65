// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import java.net.InetSocketAddress;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Somebody else's server: says everything back. Of texts, {@code close:CODE} closes, {@code cut} cuts, {@code ping} pings,
 * {@code stall} reads nothing more and {@code pour:N} sends N messages of 64 KiB.
 */
final class EchoUpstream implements AutoCloseable {

    private static final int MOST = 4 << 20;

    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final Channel listener;

    /** What it was told of: requests by target, and closes by code. */
    final BlockingQueue<String> events = new LinkedBlockingQueue<>();

    /** How many messages of those that were to be poured are out. */
    final AtomicInteger poured = new AtomicInteger();

    EchoUpstream() {
        WebSocketServerProtocolConfig config = WebSocketServerProtocolConfig.newBuilder()
                .websocketPath("/")
                .checkStartsWith(true)
                .subprotocols("chat,other")
                .maxFramePayloadLength(MOST)
                .handleCloseFrames(false)
                .dropPongFrames(false)
                .sendCloseFrame(null)
                .build();
        listener = new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline()
                                .addLast(new HttpServerCodec())
                                .addLast(new HttpObjectAggregator(MOST))
                                .addLast(new Listening())
                                .addLast(new WebSocketServerProtocolHandler(config))
                                .addLast(new WebSocketFrameAggregator(MOST))
                                .addLast(new Echo());
                    }
                })
                .bind("127.0.0.1", 0)
                .syncUninterruptibly()
                .channel();
    }

    int port() {
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    /** The next event, soon. */
    String event() throws InterruptedException {
        return String.valueOf(events.poll(20, TimeUnit.SECONDS));
    }

    @Override
    public void close() {
        listener.close().awaitUninterruptibly();
        group.shutdownGracefully(0, 0, TimeUnit.MILLISECONDS).awaitUninterruptibly();
    }

    private final class Listening extends SimpleChannelInboundHandler<FullHttpRequest> {
        @Override
        protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
            events.add(request.uri() + " " + request.headers().get("X-Room", "-"));
            ctx.fireChannelRead(request.retain());
        }
    }

    private final class Echo extends SimpleChannelInboundHandler<WebSocketFrame> {
        @Override
        protected void channelRead0(ChannelHandlerContext ctx, WebSocketFrame frame) {
            if (frame instanceof CloseWebSocketFrame close) {
                events.add("close " + close.statusCode() + " " + close.reasonText());
                ctx.writeAndFlush(close.retain()).addListener(done -> ctx.close());
            } else if (frame instanceof PongWebSocketFrame) {
                events.add("pong");
            } else if (frame instanceof TextWebSocketFrame text) {
                said(ctx, text);
            } else if (frame instanceof BinaryWebSocketFrame) {
                ctx.writeAndFlush(frame.retain());
            }
        }

        private void said(ChannelHandlerContext ctx, TextWebSocketFrame text) {
            String said = text.text();
            if (said.startsWith("close:")) {
                ctx.writeAndFlush(new CloseWebSocketFrame(Integer.parseInt(said.substring(6)), "as you wish"));
            } else if (said.equals("cut")) {
                ctx.close();
            } else if (said.equals("stall")) {
                ctx.channel().config().setAutoRead(false);
            } else if (said.equals("ping")) {
                ctx.writeAndFlush(new PingWebSocketFrame());
            } else if (said.startsWith("pour:")) {
                pour(ctx, Integer.parseInt(said.substring(5)));
            } else {
                ctx.writeAndFlush(text.retain());
            }
        }

        /** One after the other: the next one when the socket took the one before. */
        private void pour(ChannelHandlerContext ctx, int left) {
            if (left > 0) {
                ctx.writeAndFlush(new BinaryWebSocketFrame(ctx.alloc().buffer().writeZero(64 * 1024)))
                        .addListener(done -> {
                            poured.incrementAndGet();
                            ctx.executor().execute(() -> pour(ctx, left - 1));
                        });
            }
        }
    }
}
