// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.http;

import dev.longwire.core.hub.Carrier;
import dev.longwire.core.hub.HubInput;
import dev.longwire.protocol.CloseCode;
import dev.longwire.protocol.ErrorCode;
import dev.longwire.protocol.ServerFrame;
import dev.longwire.protocol.codec.ByteSink;
import dev.longwire.protocol.codec.Codec;
import dev.longwire.protocol.codec.Format;
import dev.longwire.protocol.codec.PollCodec;
import dev.longwire.server.loop.Loop;
import dev.longwire.server.loop.Rendering;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpResponseStatus;
import org.jspecify.annotations.Nullable;

/**
 * A held poll: collects what goes into its answer, and sends that as a whole.
 *
 * <p>Threads: that of the session's loop; {@link #gone} and {@link #writable} that of the connection's, which may be
 * another.
 */
final class PollLine implements PollRoute.HttpLine {

    private final Loop home;
    private final Exchange exchange;
    private final Format format;
    private final @Nullable String token;
    private @Nullable CompositeByteBuf items;
    private @Nullable Carrier carrier;
    private boolean done;

    /** What the client is told its answer is to, when the session ends instead of answering. */
    private final long seq;

    PollLine(Loop home, Exchange exchange, Format format, long seq, @Nullable String token) {
        this.token = token;
        this.home = home;
        this.exchange = exchange;
        this.format = format;
        this.seq = seq;
    }

    @Override
    public @Nullable String token() {
        return token;
    }

    @Override
    public void serve(Carrier served) {
        carrier = served;
    }

    @Override
    public boolean send(ServerFrame frame) {
        if (done) {
            return false;
        }
        ServerFrame sealed = frame instanceof ServerFrame.Connected connected ? home.sealed(connected) : frame;
        add(Unpooled.wrappedBuffer(Codec.of(format).encode(sealed)));
        return false;
    }

    @Override
    public boolean deliver(Rendering messages) {
        if (!done) {
            ByteBuf more = messages.items(format);
            if (more.isReadable()) {
                add(more);
            } else {
                more.release();
            }
        }
        return false;
    }

    private void add(ByteBuf item) {
        if (items == null) {
            items = home.allocator().compositeBuffer(64);
        } else {
            ByteSink between = new ByteSink(1);
            PollCodec.of(format).between(between);
            if (between.length() > 0) {
                items.addComponent(true, Unpooled.wrappedBuffer(between.toByteArray()));
            }
        }
        items.addComponent(true, item);
    }

    @Override
    public void finish(long finished) {
        if (done) {
            return;
        }
        done = true;
        ByteSink head = new ByteSink(32);
        PollCodec.of(format).begin(head, finished);
        ByteSink tail = new ByteSink(2);
        PollCodec.of(format).end(tail);
        ByteBuf body = Unpooled.wrappedBuffer(
                Unpooled.wrappedBuffer(head.toByteArray()),
                items == null ? Unpooled.EMPTY_BUFFER : items,
                Unpooled.wrappedBuffer(tail.toByteArray()));
        items = null;
        exchange.answer(HttpResponseStatus.OK, format == Format.JSON ? "application/json" : "application/cbor", body);
    }

    @Override
    public void close(CloseCode code) {
        finish(seq);
    }

    @Override
    public void reject(ErrorCode code) {
        if (!done) {
            done = true;
            drop();
            exchange.refuse(code);
        }
    }

    /** The client or its connection has gone; seen by the connection's loop. */
    @Override
    public void gone() {
        home.post(() -> {
            if (!done) {
                done = true;
                drop();
            }
            if (carrier != null) {
                home.accept(new HubInput.Closed(carrier));
            }
        });
    }

    private void drop() {
        if (items != null) {
            items.release();
            items = null;
        }
    }

    @Override
    public void writable() {
        // An answer is sent whole.
    }

    @Override
    public void probe() {
        // A held poll is not asked whether it lives: it is answered in time.
    }

    @Override
    public void flush() {
        // Nothing is sent before the answer is complete.
    }

    @Override
    public boolean congested() {
        return false;
    }

    @Override
    public long unsentBytes() {
        return items == null ? 0 : items.readableBytes();
    }

    @Override
    public String kind() {
        return "poll";
    }

    @Override
    public String address() {
        return exchange.address();
    }
}
