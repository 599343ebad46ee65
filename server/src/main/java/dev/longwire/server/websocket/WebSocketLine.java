// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.websocket;

import dev.longwire.core.deadline.Deadlines;
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
import dev.longwire.server.config.NetworkLimits;
import dev.longwire.server.connection.Connection;
import dev.longwire.server.connection.ConnectionListener;
import dev.longwire.server.loop.Compression;
import dev.longwire.server.loop.Frames;
import dev.longwire.server.loop.Line;
import dev.longwire.server.loop.Loop;
import dev.longwire.server.loop.Patient;
import dev.longwire.server.loop.Rendering;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
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
public final class WebSocketLine extends ChannelInboundHandlerAdapter implements Line, Connection, FrameReader.Sink {

    private static final Logger LOG = LoggerFactory.getLogger(WebSocketLine.class);
    private static final byte[] PING = "{\"type\":\"ping\"}".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] PONG = "{\"type\":\"pong\"}".getBytes(StandardCharsets.US_ASCII);

    /**
     * Who opened a connection, for the log.
     *
     * @param origin the page; empty when it is no page
     * @param address of the client, and its port where that is known
     * @param deflate whether both ends compress messages
     */
    public record Asker(String origin, String address, boolean deflate) {}

    private final Loop loop;
    private final Format format;
    private final Carrier carrier;
    private final FrameReader reader;

    /** Null where the client has not asked for it, or the server has none. */
    private final @Nullable Compression compression;

    private final ConnectionListener listener;
    private final long openedAt = System.currentTimeMillis();
    private final Asker asker;
    private final @Nullable String token;
    private @Nullable ChannelHandlerContext context;

    /** The beginning of a frame whose rest has not come; null while there is none. */
    private @Nullable ByteBuf rest;

    /** Runs while a message is incomplete. */
    private @Nullable Patience patience;

    private boolean dirty;
    private boolean closing;
    private int unwrittenPongs;
    private long heardAt = openedAt;
    private long received;
    private long sent;
    private int closeCode = 1006;
    private String closeReason = "lost";

    /**
     * @param asker who opened it
     * @param token what came with the handshake, for a client that says nothing else in its first frame
     */
    public WebSocketLine(Loop loop, Format format, Asker asker, @Nullable String token) {
        this.token = token;
        this.loop = loop;
        this.format = format;
        this.asker = asker;
        this.listener = loop.loops().listener();
        this.carrier = loop.carrier(format == Format.JSON ? Carrier.Form.WS_JSON : Carrier.Form.WS_CBOR, this);
        NetworkLimits limits = loop.loops().config().network();
        this.compression = asker.deflate ? loop.compression() : null;
        this.reader = new FrameReader(limits.messageBytes(), limits.fragments(), this, compression);
    }

    /** How long a message may take to arrive. */
    private final class Patience extends Patient {
        @Override
        protected void expired() {
            fault(CloseCode.POLICY);
        }
    }

    @Override
    public @Nullable String token() {
        return token;
    }

    /** The handshake is written, and nothing that came after it has been read. */
    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        listener.opened(this);
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
        heardAt = System.currentTimeMillis();
        long before = received;
        boolean joined = rest != null;
        ByteBuf in = bytes;
        if (rest != null) {
            in = rest.writeBytes(bytes);
            rest = null;
            bytes.release();
        }
        try {
            reader.read(in);
            if (in.isReadable() && !reader.stopped()) {
                rest = joined
                        ? in.retain()
                        : ctx.alloc().buffer(in.readableBytes()).writeBytes(in);
                rest.discardSomeReadBytes();
            }
        } finally {
            in.release();
        }
        await(received > before);
    }

    /** A message that is incomplete has its time, and its pieces are signs of life. */
    private void await(boolean anotherOne) {
        boolean incomplete = !closing && (rest != null || reader.midMessage());
        if (!incomplete) {
            if (patience != null) {
                Deadlines.stop(patience);
                patience = null;
            }
            return;
        }
        if (patience == null || anotherOne) {
            patience = patience == null ? new Patience() : patience;
            loop.messages().start(patience, Loop.nowMillis());
        }
        loop.accept(new HubInput.Heard(carrier));
    }

    @Override
    public void message(boolean binary, byte[] bytes) {
        if (closing) {
            return;
        }
        received++;
        loop.loops().metrics().received(1);
        listener.message(this, bytes.length);
        if (!binary && Arrays.equals(bytes, PING)) {
            loop.accept(new HubInput.Received(carrier, new ClientFrame.Ping(), bytes.length));
        } else if (binary != (format == Format.CBOR)) {
            fault(CloseCode.UNSUPPORTED_DATA);
        } else {
            List<ClientFrame> frames = Codec.of(format).decode(bytes, 0, bytes.length);
            int length = bytes.length;
            for (ClientFrame frame : frames) {
                if (frame instanceof ClientFrame.Bad bad) {
                    listener.error(this, bad.code().wire());
                }
                loop.accept(new HubInput.Received(carrier, frame, length));
                length = 0;
            }
        }
    }

    @Override
    public void ping(byte[] payload) {
        loop.accept(new HubInput.Spent(carrier, payload.length));
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
            listener.error(this, code.wire());
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
            return reply(out);
        }
        ServerFrame sealed = frame instanceof ServerFrame.Connected connected ? loop.sealed(connected) : frame;
        ByteSink sink = new ByteSink();
        Codec.of(format).encode(sealed, sink);
        ByteBuf out = context().alloc().buffer(sink.length() + 10);
        // What begins a session holds its ticket, and a secret's length is to say nothing about it.
        if (compression != null && !(sealed instanceof ServerFrame.Connected)) {
            compression.message(out, format, sink.array(), 0, sink.length());
        } else if (format == Format.JSON) {
            Frames.text(out, sink.array(), 0, sink.length());
        } else {
            Frames.binary(out, sink.array(), 0, sink.length());
        }
        return reply(out);
    }

    @Override
    public boolean deliver(Rendering messages) {
        if (closing) {
            return false;
        }
        sent += messages.count();
        if (compression != null) {
            return write(messages.deflatedFrames(format, compression));
        }
        return write(format == Format.JSON ? messages.jsonFrames() : messages.cborFrames());
    }

    private boolean reply(ByteBuf out) {
        sent++;
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
    public String format() {
        return format == Format.JSON ? "json" : "cbor";
    }

    @Override
    public String origin() {
        return asker.origin;
    }

    @Override
    public String address() {
        return asker.address;
    }

    @Override
    public long openedAtMillis() {
        return openedAt;
    }

    @Override
    public long heardAtMillis() {
        return heardAt;
    }

    @Override
    public long received() {
        return received;
    }

    @Override
    public long sent() {
        return sent;
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
        if (patience != null) {
            Deadlines.stop(patience);
        }
        loop.accept(new HubInput.Closed(carrier));
        listener.closed(this, closeCode, closeReason);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof IOException) {
            // The peer is gone: a reset connection is news to nobody.
            ctx.close();
            return;
        }
        LOG.atError().setCause(cause).addKeyValue("address", address()).log("a connection failed");
        fault(CloseCode.FAILED);
    }
}
