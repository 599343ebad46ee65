// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.http;

import dev.longwire.core.deadline.Deadlines;
import dev.longwire.server.config.NetworkLimits;
import dev.longwire.server.gate.ProxyHeader;
import dev.longwire.server.gate.Turnstile;
import dev.longwire.server.gate.Visitor;
import dev.longwire.server.loop.Loop;
import dev.longwire.server.loop.Loops;
import dev.longwire.server.loop.Patient;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2StreamFrameToHttpObjectCodec;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ApplicationProtocolNegotiationHandler;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a fresh connection goes through: TLS where it is configured, then HTTP/1.1 (RFC 9112) or HTTP/2 (RFC 9113), until
 * it becomes something else. Without TLS, whoever begins with HTTP/2's preface gets HTTP/2 ("prior knowledge").
 */
public final class HttpPipeline extends ChannelInitializer<Channel> {

    /** Requests that may be under way on one HTTP/2 connection. */
    private static final int STREAMS = 100;

    private static final String HTTP_2 = "http2";
    private static final String TLS = "tls";

    private final Loops loops;
    private final Router router;
    private final Turnstile turnstile;
    private final Bodies bodies;
    private final @Nullable Certificates certificates;

    public HttpPipeline(Loops loops, Router router, @Nullable Certificates certificates) {
        this.loops = loops;
        this.router = router;
        this.turnstile = new Turnstile(loops.config().gate(), loops.metrics());
        this.bodies = new Bodies(loops.config().network().bodyBytes());
        this.certificates = certificates;
    }

    @Override
    protected void initChannel(Channel channel) {
        loops.connections().add(channel);
        ChannelPipeline pipeline = channel.pipeline();
        Visitor visitor = Visitor.enter(turnstile, channel);
        if (visitor.speaksForSomebody()) {
            ProxyHeader.expect(pipeline, visitor);
        }
        if (certificates == null) {
            pipeline.addLast(new Preface());
            return;
        }
        SslHandler tls = certificates.current().newHandler(channel.alloc());
        tls.setHandshakeTimeoutMillis(loops.config().network().requestMillis());
        pipeline.addLast(tls);
        pipeline.addLast(new ApplicationProtocolNegotiationHandler(ApplicationProtocolNames.HTTP_1_1) {
            @Override
            protected void configurePipeline(ChannelHandlerContext context, String protocol) {
                if (protocol.equals(ApplicationProtocolNames.HTTP_2)) {
                    http2(context.pipeline());
                } else {
                    http1(context.pipeline());
                }
            }

            @Override
            protected void handshakeFailure(ChannelHandlerContext context, Throwable cause) {
                // Anybody can cause it as often as they like: it is counted, not logged.
                loops.metrics().refused(TLS);
                context.close();
            }

            @Override
            public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
                context.close();
            }
        });
    }

    private void http1(ChannelPipeline pipeline) {
        NetworkLimits limits = loops.config().network();
        Loop loop = loops.of(pipeline.channel().eventLoop());
        HttpConnection connection = new HttpConnection(loop, router);
        Arriving arriving = new Arriving(loops, bodies, connection);
        connection.counts(arriving);
        pipeline.addLast("decoder", new RequestDecoder(limits, connection));
        pipeline.addLast("encoder", new HttpResponseEncoder());
        pipeline.addLast(Arriving.NAME, arriving);
        pipeline.addLast(Farewell.BEFORE, new Aggregator(loops));
        pipeline.addLast(connection);
    }

    private void http2(ChannelPipeline pipeline) {
        NetworkLimits limits = loops.config().network();
        Loop loop = loops.of(pipeline.channel().eventLoop());
        pipeline.addLast(new IdleStateHandler(0, 0, limits.idleMillis(), TimeUnit.MILLISECONDS) {
            @Override
            protected void channelIdle(ChannelHandlerContext context, IdleStateEvent event) {
                context.close();
            }
        });
        pipeline.addLast(Http2FrameCodecBuilder.forServer()
                .initialSettings(Http2Settings.defaultSettings()
                        .maxConcurrentStreams(STREAMS)
                        .maxHeaderListSize(limits.headerBytes()))
                .build());
        pipeline.addLast(new Http2MultiplexHandler(new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel stream) {
                stream.pipeline().addLast(new Http2StreamFrameToHttpObjectCodec(true));
                HttpConnection connection = new HttpConnection(loop, router);
                Arriving arriving = new Arriving(loops, bodies, connection);
                connection.counts(arriving);
                stream.pipeline().addLast(arriving);
                stream.pipeline().addLast(new Aggregator(loops));
                stream.pipeline().addLast(connection);
            }
        }));
        pipeline.addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
                if (cause instanceof Http2Exception) {
                    // The codec has said why, and closes. Anybody can cause it: it is counted, not logged.
                    loops.metrics().refused(HTTP_2);
                } else {
                    context.close();
                }
            }
        });
    }

    /** Tells HTTP/2 from HTTP/1.1 by the first bytes. */
    private final class Preface extends ByteToMessageDecoder {

        /** The beginning of HTTP/2's preface (RFC 9113, 3.4); no method of HTTP/1.1 begins so. */
        private static final byte[] HTTP_2 = "PRI * HTTP/2".getBytes(StandardCharsets.US_ASCII);

        private final Patient deadline = new Patient() {
            @Override
            protected void expired() {
                if (context != null) {
                    context.close();
                }
            }
        };

        private @Nullable ChannelHandlerContext context;

        @Override
        public void handlerAdded(ChannelHandlerContext added) {
            context = added;
            Loop loop = loops.of(added.channel().eventLoop());
            loop.requests().start(deadline, Loop.nowMillis());
            loop.alarm();
        }

        @Override
        protected void handlerRemoved0(ChannelHandlerContext removed) {
            Deadlines.stop(deadline);
        }

        @Override
        protected void decode(ChannelHandlerContext here, ByteBuf in, List<Object> out) {
            int seen = Math.min(in.readableBytes(), HTTP_2.length);
            for (int i = 0; i < seen; i++) {
                if (in.getByte(in.readerIndex() + i) != HTTP_2[i]) {
                    http1(here.pipeline());
                    here.pipeline().remove(this);
                    return;
                }
            }
            if (seen == HTTP_2.length) {
                http2(here.pipeline());
                here.pipeline().remove(this);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext here, Throwable cause) {
            // Reset before it said anything: news to nobody.
            here.close();
        }
    }
}
