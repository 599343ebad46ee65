// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.websocket;

import dev.longwire.core.hub.Carrier;
import dev.longwire.core.hub.HubInput;
import dev.longwire.protocol.ClientFrame;
import dev.longwire.protocol.CloseCode;
import dev.longwire.protocol.ErrorCode;
import dev.longwire.protocol.ServerFrame;
import dev.longwire.protocol.codec.ByteSink;
import dev.longwire.protocol.codec.Codec;
import dev.longwire.protocol.codec.Format;
import dev.longwire.protocol.codec.Utf8;
import dev.longwire.server.loop.Frames;
import dev.longwire.server.loop.Line;
import dev.longwire.server.loop.Loop;
import dev.longwire.server.loop.Rendering;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A WebSocket connection after its handshake: the only handler of its pipeline.
 *
 * <p>Threads: its loop's.
 */
public final class WebSocketLine extends ChannelInboundHandlerAdapter implements Line, FrameReader.Sink {

    private static final Logger LOG = LoggerFactory.getLogger(WebSocketLine.class);
    private static final byte[] PING = "{\"type\":\"ping\"}".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] PONG = "{\"type\":\"pong\"}".getBytes(StandardCharsets.US_ASCII);

    private final Loop loop;
    private final Format format;
    private final Carrier carrier;
    private final FrameReader reader;
    private final long openedAt = Loop.nowMillis();
    private final String origin;
    private @Nullable ChannelHandlerContext context;

    /** The beginning of a frame whose rest has not come; null while there is none. */
    private @Nullable ByteBuf rest;

    private boolean dirty;
    private boolean closing;
    private int unwrittenPongs;
    private long received;
    private int closeCode = 1006;
    private String closeReason = "lost";

    /** @param origin the page that opened it, for the log; empty when it is no page */
    public WebSocketLine(Loop loop, Format format, String origin) {
        this.loop = loop;
        this.format = format;
        this.origin = origin;
        this.carrier = loop.carrier(format == Format.JSON ? Carrier.Form.WS_JSON : Carrier.Form.WS_CBOR, this);
        this.reader = new FrameReader(loop.loops().config().network(), this);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    /** The handshake is written: frames may follow. */
    public void begin() {
        loop.loops().metrics().opened(kind());
        LOG.atInfo()
                .addKeyValue("carrier", kind())
                .addKeyValue("format", format)
                .addKeyValue("origin", origin)
                .addKeyValue("address", remoteAddress())
                .log("open");
        loop.accept(new HubInput.Opened(carrier));
    }

    private ChannelHandlerContext context() {
        if (context == null) {
            throw new IllegalStateException("not in a pipeline");
        }
        return context;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object read) {
        ByteBuf bytes = (ByteBuf) read;
        loop.loops().metrics().bytesIn(bytes.readableBytes());
        ByteBuf in = bytes;
        if (rest != null) {
            in = ctx.alloc().buffer(rest.readableBytes() + bytes.readableBytes());
            in.writeBytes(rest).writeBytes(bytes);
            rest.release();
            bytes.release();
            rest = null;
        }
        try {
            reader.read(in);
            if (in.isReadable() && !closing) {
                rest = ctx.alloc().buffer(in.readableBytes()).writeBytes(in);
            }
        } finally {
            in.release();
        }
    }

    @Override
    public void message(boolean binary, byte[] bytes) {
        if (closing) {
            return;
        }
        received++;
        loop.loops().metrics().received(1);
        if (!binary && Arrays.equals(bytes, PING)) {
            loop.accept(new HubInput.Received(carrier, new ClientFrame.Ping()));
        } else if (binary != (format == Format.CBOR)) {
            fault(CloseCode.UNSUPPORTED_DATA);
        } else {
            List<ClientFrame> frames = Codec.of(format).decode(bytes, 0, bytes.length);
            for (ClientFrame frame : frames) {
                loop.accept(new HubInput.Received(carrier, frame));
            }
        }
    }

    @Override
    public void ping(byte[] payload) {
        loop.accept(new HubInput.Heard(carrier));
        if (closing) {
            return;
        }
        if (unwrittenPongs >= loop.loops().config().network().pings()) {
            fault(CloseCode.POLICY);
            return;
        }
        unwrittenPongs++;
        ByteBuf out = context().alloc().buffer(2 + payload.length);
        Frames.pong(out, payload);
        context().writeAndFlush(out).addListener(done -> unwrittenPongs--);
    }

    @Override
    public void pong() {
        loop.accept(new HubInput.Heard(carrier));
    }

    @Override
    public void close(int code, byte[] reason) {
        if (!Utf8.valid(reason, 0, reason.length)) {
            fault(CloseCode.INVALID_PAYLOAD);
            return;
        }
        if (closing) {
            // The peer's half of our close: both have said it, and the server ends the connection first.
            context().close();
            return;
        }
        closing = true;
        closeCode = code;
        closeReason = "client";
        ByteBuf out = context().alloc().buffer(8);
        if (code == FrameReader.NO_STATUS) {
            Frames.close(out);
        } else {
            Frames.close(out, code, "");
        }
        loop.accept(new HubInput.Closed(carrier));
        context().writeAndFlush(out).addListener(done -> context().close());
    }

    @Override
    public void fault(CloseCode code) {
        if (!closing) {
            loop.loops().metrics().fault(code.wire());
            loop.accept(new HubInput.Closed(carrier));
            close(code);
            flush();
        }
    }

    @Override
    public boolean send(ServerFrame frame) {
        if (closing) {
            return false;
        }
        if (frame instanceof ServerFrame.Pong) {
            // The same fifteen characters in both formats, so that a home may answer without understanding.
            ByteBuf out = context().alloc().buffer(2 + PONG.length);
            Frames.text(out, PONG, 0, PONG.length);
            return sent(out);
        }
        ServerFrame sealed = frame instanceof ServerFrame.Connected connected ? loop.sealed(connected) : frame;
        ByteSink sink = new ByteSink();
        Codec.of(format).encode(sealed, sink);
        ByteBuf out = context().alloc().buffer(sink.length() + 10);
        if (format == Format.JSON) {
            Frames.text(out, sink.array(), 0, sink.length());
        } else {
            Frames.binary(out, sink.array(), 0, sink.length());
        }
        return sent(out);
    }

    @Override
    public boolean deliver(Rendering messages) {
        return !closing && write(format == Format.JSON ? messages.jsonFrames() : messages.cborFrames());
    }

    private boolean sent(ByteBuf out) {
        loop.loops().metrics().bytesOut(out.readableBytes());
        return write(out);
    }

    private boolean write(ByteBuf out) {
        context().write(out, context().voidPromise());
        boolean first = !dirty;
        dirty = true;
        return first;
    }

    @Override
    public void close(CloseCode code) {
        if (closing) {
            return;
        }
        closing = true;
        closeCode = code.number();
        closeReason = code.wire();
        ByteBuf out = context().alloc().buffer(64);
        Frames.close(out, code.number(), code.wire());
        context().writeAndFlush(out);
        long patience = loop.loops().config().network().closeMillis();
        context().executor().schedule(() -> context().close(), patience, TimeUnit.MILLISECONDS);
        if (rest != null) {
            rest.release();
            rest = null;
        }
    }

    @Override
    public void finish(long seq) {
        throw new IllegalStateException("not a poll");
    }

    @Override
    public void reject(ErrorCode code) {
        throw new IllegalStateException("not a poll");
    }

    @Override
    public void probe() {
        if (!closing) {
            ByteBuf out = context().alloc().buffer(2);
            Frames.ping(out);
            context().writeAndFlush(out);
        }
    }

    @Override
    public void flush() {
        if (dirty) {
            dirty = false;
            context().flush();
        }
    }

    @Override
    public boolean congested() {
        return !context().channel().isWritable();
    }

    @Override
    public long unsentBytes() {
        var outgoing = context().channel().unsafe().outboundBuffer();
        return outgoing == null ? 0 : outgoing.totalPendingWriteBytes();
    }

    @Override
    public String kind() {
        return "websocket";
    }

    @Override
    public @Nullable SocketAddress remoteAddress() {
        return context == null ? null : context.channel().remoteAddress();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        boolean writable = ctx.channel().isWritable();
        // Whoever does not take answers is not asked for more requests.
        ctx.channel().config().setAutoRead(writable || closing);
        if (writable && !closing) {
            loop.accept(new HubInput.Heard(carrier));
            loop.accept(new HubInput.Drained(carrier));
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (rest != null) {
            rest.release();
            rest = null;
        }
        loop.accept(new HubInput.Closed(carrier));
        loop.loops().metrics().closed(kind(), closeCode);
        LOG.atInfo()
                .addKeyValue("carrier", kind())
                .addKeyValue("code", closeCode)
                .addKeyValue("reason", closeReason)
                .addKeyValue("ms", Loop.nowMillis() - openedAt)
                .addKeyValue("received", received)
                .addKeyValue("address", remoteAddress())
                .log("close");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof IOException) {
            // The peer is gone: a reset connection is news to nobody.
            ctx.close();
            return;
        }
        LOG.atError().setCause(cause).log("a connection failed");
        fault(CloseCode.FAILED);
    }
}
