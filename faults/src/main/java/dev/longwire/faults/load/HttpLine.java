// SPDX-License-Identifier: Apache-2.0
package dev.longwire.faults.load;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** A kept-alive connection for one poll at a time. */
final class HttpLine {

    /** Who asked. */
    interface Asker {
        void head(int status);

        /** A piece of the body as it arrives. */
        void piece(byte[] bytes);

        /** The answer is complete. */
        void answered(int status, byte[] body);

        /** The connection ended before that. */
        void broken();
    }

    private final String host;
    private @Nullable Channel channel;
    private @Nullable Asker asker;
    private @Nullable FullHttpRequest waiting;
    private boolean over;

    HttpLine(Net net, InetSocketAddress address) {
        this.host = Net.host(address);
        net.connect(address, new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel made) {
                        made.pipeline().addLast(new HttpClientCodec(), new End());
                    }
                })
                .addListener(done -> {
                    if (!done.isSuccess()) {
                        broken();
                    }
                });
    }

    boolean free() {
        return asker == null && !over;
    }

    boolean over() {
        return over;
    }

    void ask(String body, Asker who) {
        asker = who;
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        FullHttpRequest request = new DefaultFullHttpRequest(
                HttpVersion.HTTP_1_1, HttpMethod.POST, "/v1/poll", Unpooled.wrappedBuffer(bytes));
        request.headers()
                .set(HttpHeaderNames.HOST, host)
                .set(HttpHeaderNames.CONTENT_TYPE, "application/json")
                .set(HttpHeaderNames.CONTENT_LENGTH, bytes.length);
        if (channel == null) {
            waiting = request;
        } else {
            channel.writeAndFlush(request);
        }
    }

    void cut() {
        over = true;
        asker = null;
        if (waiting != null) {
            waiting.release();
            waiting = null;
        }
        if (channel != null) {
            channel.close();
        }
    }

    private void broken() {
        Asker who = asker;
        cut();
        if (who != null) {
            who.broken();
        }
    }

    private final class End extends SimpleChannelInboundHandler<HttpObject> {

        private final ByteArrayOutputStream body = new ByteArrayOutputStream();
        private int status;

        @Override
        public void channelActive(ChannelHandlerContext context) {
            channel = context.channel();
            if (over) {
                context.close();
            } else if (waiting != null) {
                context.writeAndFlush(waiting);
                waiting = null;
            }
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, HttpObject part) {
            Asker who = asker;
            if (who == null) {
                return;
            }
            if (part instanceof HttpResponse response) {
                status = response.status().code();
                body.reset();
                who.head(status);
            }
            if (part instanceof HttpContent content) {
                byte[] bytes = new byte[content.content().readableBytes()];
                content.content().readBytes(bytes);
                body.writeBytes(bytes);
                who.piece(bytes);
            }
            if (part instanceof LastHttpContent && asker != null) {
                asker = null;
                who.answered(status, body.toByteArray());
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            broken();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            broken();
            context.close();
        }
    }
}
