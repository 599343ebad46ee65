// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.bridge;

import dev.longwire.core.bridge.BridgeInput;
import dev.longwire.core.bridge.BridgeOutput.Refusal;
import dev.longwire.protocol.CloseCode;
import dev.longwire.protocol.ErrorCode;
import dev.longwire.protocol.bridge.Body;
import dev.longwire.protocol.bridge.BodyCodec;
import dev.longwire.server.config.NetworkLimits;
import dev.longwire.server.config.ServerConfig;
import dev.longwire.server.connection.Connection;
import dev.longwire.server.connection.ConnectionListener;
import dev.longwire.server.loop.Frames;
import dev.longwire.server.loop.Loop;
import dev.longwire.server.websocket.FrameReader;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A WebSocket whose messages are bodies of a bridge.
 *
 * <p>Threads: its connection's loop's; what {@link Carrier} has, any.
 */
public final class BridgeLine extends ByteToMessageDecoder implements Carrier, Connection, FrameReader.Sink {

    /** What is spoken here. */
    public static final String SUBPROTOCOL = "longwire.bridge.v1";

    private static final Logger LOG = LoggerFactory.getLogger(BridgeLine.class);

    private final Loop loop;
    private final Bridges bridges;
    private final HttpHeaders headers;
    private final @Nullable String token;
    private final String address;
    private final FrameReader reader;
    private final ConnectionListener listener;
    private final long openedAt = System.currentTimeMillis();

    /** Bodies that came before it was clear whose they are. */
    private final List<Body> early = new ArrayList<>();

    private @Nullable ChannelHandlerContext context;
    private @Nullable Session session;
    private @Nullable Future<?> alarm;
    private boolean asked;
    private boolean probed;
    private boolean closing;
    private long heardAt = openedAt;
    private long received;
    private long sent;
    private int unwrittenPongs;
    private int closeCode = 1006;
    private String closeReason = "lost";

    /**
     * @param headers of the request that opened it
     * @param token that this request showed
     * @param address of the client, for the log
     */
    public BridgeLine(Loop loop, Bridges bridges, HttpHeaders headers, @Nullable String token, String address) {
        this.address = address;
        this.loop = loop;
        this.bridges = bridges;
        this.headers = headers;
        this.token = token;
        this.listener = loop.loops().listener();
        NetworkLimits limits = config().network();
        this.reader = new FrameReader(limits.bodyBytes(), limits.fragments(), this);
    }

    private ServerConfig config() {
        return loop.loops().config();
    }

    private ChannelHandlerContext context() {
        if (context == null) {
            throw new IllegalStateException("not in a pipeline");
        }
        return context;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        listener.opened(this);
        watch(config().session().firstFrameMillis());
    }

    private void watch(long millis) {
        alarm = context().executor().schedule(this::look, millis, TimeUnit.MILLISECONDS);
    }

    /** Whoever says nothing is asked, and then given up. */
    private void look() {
        if (closing) {
            return;
        }
        long silent = System.currentTimeMillis() - heardAt;
        long ping = config().session().pingMillis();
        if (!asked) {
            close(CloseCode.CONNECT_TIMEOUT);
        } else if (silent < ping) {
            probed = false;
            watch(ping - silent);
        } else if (!probed) {
            probed = true;
            ByteBuf out = context().alloc().buffer(2);
            Frames.ping(out);
            context().writeAndFlush(out);
            watch(config().session().pongMillis());
        } else {
            close(CloseCode.SILENT);
        }
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        heardAt = System.currentTimeMillis();
        int before = in.readableBytes();
        reader.read(in);
        loop.loops().metrics().bytesIn(before - in.readableBytes());
        if (reader.stopped()) {
            in.skipBytes(in.readableBytes());
        }
    }

    @Override
    public void message(boolean binary, byte[] bytes) {
        if (closing) {
            return;
        }
        received++;
        listener.message(this, bytes.length);
        Body body = binary ? BodyCodec.read(bytes) : null;
        if (body == null) {
            fault(binary ? CloseCode.INVALID_PAYLOAD : CloseCode.UNSUPPORTED_DATA);
        } else if (session != null) {
            session.accept(new BridgeInput.Received(this, body));
        } else if (asked) {
            early.add(body);
        } else {
            asked = true;
            // Nothing more is read until it is clear whose it is.
            context().channel().config().setAutoRead(false);
            bridges.admit(
                    new Bridges.Wish(loop, headers, token, body), this, found -> onLoop(() -> enter(found, body)));
        }
    }

    private void enter(Session found, Body first) {
        if (closing) {
            return;
        }
        session = found;
        context().channel().config().setAutoRead(true);
        found.accept(new BridgeInput.Attached(this, first));
        early.forEach(body -> found.accept(new BridgeInput.Received(this, body)));
        early.clear();
    }

    private void onLoop(Runnable task) {
        if (context().executor().inEventLoop()) {
            task.run();
        } else {
            context().executor().execute(task);
        }
    }

    @Override
    public void ping(byte[] payload) {
        if (closing) {
            return;
        }
        if (++unwrittenPongs > config().network().pings()) {
            fault(CloseCode.POLICY);
            return;
        }
        ByteBuf out = context().alloc().buffer(2 + payload.length);
        Frames.pong(out, payload);
        context().writeAndFlush(out).addListener(done -> unwrittenPongs--);
    }

    @Override
    public void pong() {
        probed = false;
    }

    @Override
    public void close(int code, byte[] reason) {
        if (closing) {
            context().close();
            return;
        }
        ByteBuf out = context().alloc().buffer(4);
        if (code == FrameReader.NO_STATUS) {
            Frames.close(out);
        } else {
            Frames.close(out, code, "");
        }
        end(code, "client");
        context().writeAndFlush(out).addListener(done -> context().close());
    }

    @Override
    public void fault(CloseCode code) {
        if (!closing) {
            listener.error(this, code.wire());
            close(code);
        }
    }

    private void close(CloseCode code) {
        if (closing) {
            return;
        }
        ByteBuf out = context().alloc().buffer(64);
        Frames.close(out, code.number(), code.wire());
        end(code.number(), code.wire());
        context().writeAndFlush(out);
        context()
                .executor()
                .schedule(() -> context().close(), config().network().closeMillis(), TimeUnit.MILLISECONDS);
    }

    private void end(int code, String reason) {
        closing = true;
        closeCode = code;
        closeReason = reason;
        // The peer's half has to be seen.
        context().channel().config().setAutoRead(true);
        leave();
    }

    private void leave() {
        early.clear();
        if (alarm != null) {
            alarm.cancel(false);
        }
        if (session != null) {
            session.accept(new BridgeInput.Gone(this));
            session = null;
        }
    }

    @Override
    public void send(byte[] body) {
        onLoop(() -> {
            if (!closing) {
                sent++;
                ByteBuf out = context().alloc().buffer(body.length + 10);
                Frames.binary(out, body, 0, body.length);
                loop.loops().metrics().bytesOut(out.readableBytes());
                context().writeAndFlush(out);
            }
        });
    }

    @Override
    public void reject(Refusal refusal) {
        CloseCode code = switch (refusal) {
            case REPLACED -> CloseCode.REPLACED;
            case ORDER -> CloseCode.POLL_ORDER;
            case GONE -> CloseCode.EXPIRED;
        };
        onLoop(() -> close(code));
    }

    @Override
    public void refuse(ErrorCode code) {
        CloseCode close = switch (code) {
            case UNAUTHORIZED -> CloseCode.UNAUTHORIZED;
            case OVERLOADED -> CloseCode.BUSY;
            case SHUTTING_DOWN -> CloseCode.SHUTDOWN;
            case INVALID_FIELD -> CloseCode.POLICY;
            default -> CloseCode.FAILED;
        };
        onLoop(() -> close(close));
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        super.channelInactive(ctx);
        closing = true;
        leave();
        listener.closed(this, closeCode, closeReason);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!(cause instanceof IOException)) {
            LOG.atError().setCause(cause).addKeyValue("address", address()).log("a connection failed");
        }
        ctx.close();
    }

    @Override
    public String kind() {
        return "bridge";
    }

    @Override
    public String format() {
        return "pieces";
    }

    @Override
    public String origin() {
        return headers.get(HttpHeaderNames.ORIGIN, "");
    }

    @Override
    public String address() {
        return address;
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
}
