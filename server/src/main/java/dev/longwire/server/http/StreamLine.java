// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.http;

import dev.longwire.core.hub.Carrier;
import dev.longwire.core.hub.HubInput;
import dev.longwire.protocol.ClientFrame;
import dev.longwire.protocol.CloseCode;
import dev.longwire.protocol.ErrorCode;
import dev.longwire.protocol.ServerFrame;
import dev.longwire.protocol.codec.Codec;
import dev.longwire.protocol.codec.Format;
import dev.longwire.server.connection.Connection;
import dev.longwire.server.loop.Frames;
import dev.longwire.server.loop.Loop;
import dev.longwire.server.loop.Rendering;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.LastHttpContent;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * An event stream (WHATWG HTML, 9.2): an answer that does not end. The bare kind shows the messages of one channel with
 * their positions as ids, and nothing of the session behind it.
 *
 * <p>Threads: that of the session's loop; {@link #gone} and {@link #writable} that of the connection's, which may be
 * another. Netty takes writes from any thread, in order.
 */
final class StreamLine implements PollRoute.HttpLine, Connection {

    private static final byte[] ALIVE = ":\n\n".getBytes(StandardCharsets.US_ASCII);

    private final Loop home;
    private final Exchange exchange;
    private final Channel channel;
    private final boolean bare;
    private final @Nullable String token;
    private final String origin;
    private final long openedAt = System.currentTimeMillis();
    private long heardAt = openedAt;
    private long sent;
    private @Nullable Carrier carrier;
    private boolean begun;
    private boolean done;
    private boolean dirty;

    StreamLine(Loop home, Exchange exchange, boolean bare, @Nullable String token) {
        this.token = token;
        this.home = home;
        this.exchange = exchange;
        this.channel = exchange.channel();
        this.bare = bare;
        this.origin = exchange.headers().get(HttpHeaderNames.ORIGIN, "");
    }

    @Override
    public @Nullable String token() {
        return token;
    }

    @Override
    public void serve(Carrier served) {
        carrier = served;
        home.loops().listener().opened(this);
    }

    private void begin() {
        if (begun) {
            return;
        }
        begun = true;
        channel.write(exchange.streamHead());
    }

    @Override
    public boolean send(ServerFrame frame) {
        if (done) {
            return false;
        }
        if (bare) {
            return sendBare(frame);
        }
        ServerFrame sealed = frame instanceof ServerFrame.Connected connected ? home.sealed(connected) : frame;
        return event("", sealed);
    }

    /** Of the frames only those that matter to somebody who reads one channel. */
    private boolean sendBare(ServerFrame frame) {
        return switch (frame) {
            case ServerFrame.Reset reset -> event("event: reset\n", reset);
            case ServerFrame.Disconnect goodbye -> event("event: disconnect\n", goodbye);
            case ServerFrame.Subscribed subscribed -> event("event: subscribed\n", subscribed);
            case ServerFrame.Error error -> {
                if (begun) {
                    yield event("event: error\n", error);
                }
                done = true;
                exchange.refuse(error.code(), error.field());
                yield false;
            }
            // The session behind the stream is nobody's business.
            default -> false;
        };
    }

    private boolean event(String before, ServerFrame frame) {
        begin();
        byte[] json = Codec.of(Format.JSON).encode(frame);
        ByteBuf out = home.allocator().buffer(json.length + before.length() + 16);
        out.writeCharSequence(before, StandardCharsets.US_ASCII);
        Frames.event(out, json, 0, json.length);
        home.loops().metrics().bytesOut(out.readableBytes());
        sent++;
        return write(out);
    }

    @Override
    public boolean deliver(Rendering messages) {
        if (done) {
            return false;
        }
        begin();
        sent += messages.count();
        return write(messages.events(bare));
    }

    private boolean write(ByteBuf out) {
        channel.write(new DefaultHttpContent(out), channel.voidPromise());
        boolean first = !dirty;
        dirty = true;
        return first;
    }

    @Override
    public void close(CloseCode code) {
        if (!done) {
            done = true;
            home.loops().listener().closed(this, code.number(), code.wire());
            begin();
            channel.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT).addListener(written -> channel.close());
        }
    }

    @Override
    public void finish(long seq) {
        throw new IllegalStateException("not a poll");
    }

    @Override
    public void reject(ErrorCode code) {
        if (!done) {
            done = true;
            exchange.refuse(code);
        }
    }

    @Override
    public void probe() {
        if (!done) {
            begin();
            write(home.allocator().buffer(ALIVE.length).writeBytes(ALIVE));
            flush();
            // Nobody answers a comment: that it is taken is the sign of life.
            channel.eventLoop().execute(() -> {
                if (channel.isWritable()) {
                    home.post(this::heard);
                }
            });
        }
    }

    private void heard() {
        if (carrier != null && !done) {
            heardAt = System.currentTimeMillis();
            home.accept(new HubInput.Heard(carrier));
        }
    }

    @Override
    public void flush() {
        if (dirty) {
            dirty = false;
            channel.flush();
        }
    }

    @Override
    public boolean congested() {
        return !channel.isWritable();
    }

    @Override
    public void writable() {
        home.post(() -> {
            if (carrier != null && !done) {
                heardAt = System.currentTimeMillis();
                home.accept(new HubInput.Heard(carrier));
                home.accept(new HubInput.Drained(carrier));
            }
        });
    }

    @Override
    public void gone() {
        home.post(() -> {
            if (carrier == null || done) {
                return;
            }
            done = true;
            home.loops().listener().closed(this, 1006, "lost");
            if (bare) {
                // Nobody can come back to this session.
                home.accept(new HubInput.Received(carrier, new ClientFrame.Disconnect()));
            } else {
                home.accept(new HubInput.Closed(carrier));
            }
        });
    }

    @Override
    public long unsentBytes() {
        return 0;
    }

    @Override
    public String kind() {
        return "stream";
    }

    @Override
    public String address() {
        return exchange.address();
    }

    @Override
    public String format() {
        return "json";
    }

    @Override
    public String origin() {
        return origin;
    }

    @Override
    public long openedAtMillis() {
        return openedAt;
    }

    @Override
    public long heardAtMillis() {
        return heardAt;
    }

    /** A stream says nothing; what its client has to say comes in polls. */
    @Override
    public long received() {
        return 0;
    }

    @Override
    public long sent() {
        return sent;
    }
}
