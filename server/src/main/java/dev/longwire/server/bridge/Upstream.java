// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.bridge;

import dev.longwire.protocol.bridge.BodyCodec;
import dev.longwire.protocol.bridge.Piece;
import dev.longwire.server.outgoing.Dialer;
import dev.longwire.server.outgoing.Failure;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.ssl.SslContext;
import java.net.URI;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The socket to somebody else's server, on the loop of whoever uses it.
 *
 * <p>Threads: that loop's.
 */
final class Upstream extends SimpleChannelInboundHandler<WebSocketFrame> {

    /** What comes from there. After {@link #ended} nothing more. */
    interface Sink {
        void opened(String subprotocol);

        void arrived(Piece.Part part);

        /** So many parts were taken by the socket. */
        void taken(int parts);

        /** See {@link Piece.Close} for codes. */
        void ended(int code, String reason);

        /** All that was ready has been read. */
        void settle();
    }

    /**
     * How to open it.
     *
     * @param url with the query
     * @param protocols that are offered, with commas between; empty for none
     * @param headers that go along
     * @param messageBytes of a frame; more ends it with 1009
     * @param tls what to trust; null for none
     */
    record Opening(
            URI url,
            String protocols,
            HttpHeaders headers,
            int messageBytes,
            @Nullable SslContext tls) {

        int port() {
            return url.getPort() > 0 ? url.getPort() : tls == null ? PLAIN_PORT : TLS_PORT;
        }

        /** Upstreams are the operator's own as a rule: any address will do. */
        Dialer.Place place() {
            return new Dialer.Place(url.getHost(), port(), Optional.empty());
        }
    }

    static final int CONNECT_MILLIS = 10_000;
    private static final int CLOSE_MILLIS = 10_000;
    private static final int ANSWER_BYTES = 16 * 1024;
    private static final int TLS_PORT = 443;
    private static final int PLAIN_PORT = 80;

    private final Sink sink;
    private final EventLoop loop;
    private final Dialer dialer;
    private @Nullable Channel channel;
    private boolean open;
    private boolean ended;
    private boolean closing;
    private boolean reading = true;

    /** Whether a message is under way to there. */
    private boolean sending;

    /** Of which kind the message is that comes from there. */
    private boolean binary;

    Upstream(Sink sink, EventLoop loop) {
        super(true);
        this.sink = sink;
        this.loop = loop;
        this.dialer = new Dialer(loop, CONNECT_MILLIS);
    }

    void connect(Opening opening) {
        dialer.dial(opening.place(), new Dialer.Caller() {
            @Override
            public boolean wanted() {
                return !ended;
            }

            @Override
            public void prepare(Channel fresh) {
                begin(fresh, opening);
            }

            @Override
            public void failed(Failure why) {
                end(Piece.Close.ABNORMAL, "");
            }
        });
    }

    /** One address after the other may be tried. */
    @Override
    public boolean isSharable() {
        return true;
    }

    private void begin(Channel fresh, Opening opening) {
        WebSocketClientProtocolConfig socket = WebSocketClientProtocolConfig.newBuilder()
                .webSocketUri(opening.url())
                .subprotocol(opening.protocols().isEmpty() ? null : opening.protocols())
                .customHeaders(opening.headers())
                .maxFramePayloadLength(opening.messageBytes())
                .handleCloseFrames(false)
                .handshakeTimeoutMillis(CONNECT_MILLIS)
                .sendCloseFrame(null)
                .generateOriginHeader(false)
                .build();
        channel = fresh;
        SslContext tls = opening.tls();
        if (tls != null) {
            fresh.pipeline().addLast(tls.newHandler(fresh.alloc(), opening.url().getHost(), opening.port()));
        }
        fresh.pipeline()
                .addLast(new HttpClientCodec())
                .addLast(new HttpObjectAggregator(ANSWER_BYTES))
                .addLast(new WebSocketClientProtocolHandler(socket))
                .addLast(this);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == WebSocketClientProtocolHandler.ClientHandshakeStateEvent.HANDSHAKE_COMPLETE && !ended) {
            WebSocketClientProtocolHandler handler = ctx.pipeline().get(WebSocketClientProtocolHandler.class);
            String chosen = handler.handshaker().actualSubprotocol();
            open = true;
            ctx.channel().config().setAutoRead(reading);
            sink.opened(chosen == null ? "" : chosen);
            sink.settle();
        } else if (event == WebSocketClientProtocolHandler.ClientHandshakeStateEvent.HANDSHAKE_TIMEOUT) {
            ctx.close();
        }
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, WebSocketFrame frame) {
        if (ended) {
            return;
        }
        if (frame instanceof CloseWebSocketFrame close) {
            int code = close.statusCode() < 0 ? Piece.Close.NONE : close.statusCode();
            String reason = close.reasonText();
            if (closing) {
                ctx.close();
            } else {
                ctx.writeAndFlush(close.retain()).addListener(ChannelFutureListener.CLOSE);
            }
            end(code, reason == null ? "" : reason);
        } else if (frame instanceof TextWebSocketFrame
                || frame instanceof BinaryWebSocketFrame
                || frame instanceof ContinuationWebSocketFrame) {
            binary = frame instanceof ContinuationWebSocketFrame ? binary : frame instanceof BinaryWebSocketFrame;
            cut(frame.content(), frame.isFinalFragment());
        }
    }

    private void cut(ByteBuf content, boolean last) {
        do {
            byte[] bytes = new byte[Math.min(content.readableBytes(), BodyCodec.LONGEST)];
            content.readBytes(bytes);
            sink.arrived(new Piece.Part(binary, last && !content.isReadable(), bytes));
        } while (content.isReadable() && !ended);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        sink.settle();
        ctx.fireChannelReadComplete();
    }

    /** Not flushed; see {@link #flush}. */
    void send(Piece.Part part) {
        if (channel == null || !open || closing || ended) {
            return;
        }
        ByteBuf bytes = Unpooled.wrappedBuffer(part.bytes());
        WebSocketFrame frame = sending
                ? new ContinuationWebSocketFrame(part.last(), 0, bytes)
                : part.binary()
                        ? new BinaryWebSocketFrame(part.last(), 0, bytes)
                        : new TextWebSocketFrame(part.last(), 0, bytes);
        sending = !part.last();
        channel.write(frame).addListener(written -> {
            if (written.isSuccess()) {
                sink.taken(1);
            }
        });
    }

    void flush() {
        if (channel != null && open) {
            channel.flush();
        }
    }

    void read(boolean wanted) {
        reading = wanted;
        if (channel != null && open) {
            channel.config().setAutoRead(wanted);
        }
    }

    /** Closes; what came before it is sent first. Before it is open: gives up. */
    void close(int code, String reason) {
        Channel socket = channel;
        if (!open || socket == null) {
            ended = true;
            if (socket != null) {
                socket.close();
            }
        } else if (!closing) {
            closing = true;
            socket.writeAndFlush(
                    code == Piece.Close.NONE
                            ? new CloseWebSocketFrame()
                            : new CloseWebSocketFrame(WebSocketCloseStatus.valueOf(code), reason));
            loop.schedule(() -> socket.close(), CLOSE_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void end(int code, String reason) {
        if (!ended) {
            ended = true;
            sink.ended(code, reason);
            sink.settle();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        end(open && !closing ? Piece.Close.LOST : Piece.Close.ABNORMAL, "");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        boolean tooLong = cause instanceof TooLongFrameException
                || cause instanceof CorruptedWebSocketFrameException corrupted
                        && corrupted.closeStatus().equals(WebSocketCloseStatus.MESSAGE_TOO_BIG);
        if (tooLong && open) {
            close(WebSocketCloseStatus.MESSAGE_TOO_BIG.code(), "");
            end(WebSocketCloseStatus.MESSAGE_TOO_BIG.code(), "");
        } else {
            ctx.close();
        }
    }
}
