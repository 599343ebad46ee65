// SPDX-License-Identifier: Apache-2.0
package dev.longwire.faults;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/** One direction of a connection: what is read from one side leaves to the other in order, at once or later. */
final class Lane {

    /** Waiting bytes beyond which the sender is not read. */
    private static final int FULL = 256 * 1024;

    private final Channel source;
    private final Channel sink;
    private final ArrayDeque<byte[]> waiting = new ArrayDeque<>();
    private long waitingBytes;
    private long heldUntilNanos;
    private int bytesPerSecond;
    private boolean timed;
    private boolean stopped;
    private boolean ending;

    Lane(Channel source, Channel sink) {
        this.source = source;
        this.sink = sink;
        this.heldUntilNanos = System.nanoTime();
    }

    void write(byte[] bytes) {
        if (waiting.isEmpty() && bytesPerSecond == 0 && System.nanoTime() - heldUntilNanos >= 0) {
            sink.write(Unpooled.wrappedBuffer(bytes), sink.voidPromise());
        } else {
            waiting.add(bytes);
            waitingBytes += bytes.length;
            arm();
        }
        flow();
    }

    void flush() {
        sink.flush();
    }

    /** Everything written from now on leaves later. */
    void delay(long millis) {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        if (until - heldUntilNanos > 0) {
            heldUntilNanos = until;
        }
    }

    void throttle(int rate) {
        bytesPerSecond = rate;
    }

    /** Reads nothing more from the sender. */
    void stopReading(long millis) {
        stopped = true;
        flow();
        if (millis > 0) {
            source.eventLoop()
                    .schedule(
                            () -> {
                                stopped = false;
                                flow();
                            },
                            millis,
                            TimeUnit.MILLISECONDS);
        }
    }

    /** The sender has ended: so does the receiver's stream, once everything has left. */
    void end() {
        ending = true;
        if (waiting.isEmpty()) {
            sink.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }
    }

    /** Reads from the sender if there is room for what it says. */
    void flow() {
        boolean room = !stopped && waitingBytes < FULL && (sink.isWritable() || !sink.isActive());
        if (source.config().isAutoRead() != room) {
            source.config().setAutoRead(room);
        }
    }

    private void arm() {
        if (timed) {
            return;
        }
        timed = true;
        long hold = Math.max(0, heldUntilNanos - System.nanoTime());
        long pace = bytesPerSecond == 0 ? 0 : TimeUnit.SECONDS.toNanos(1) / Math.min(10, bytesPerSecond);
        sink.eventLoop().schedule(this::leave, Math.max(hold, pace), TimeUnit.NANOSECONDS);
    }

    private void leave() {
        timed = false;
        int budget = bytesPerSecond == 0 ? Integer.MAX_VALUE : Math.max(1, bytesPerSecond / 10);
        while (budget > 0 && !waiting.isEmpty()) {
            byte[] next = waiting.remove();
            int length = Math.min(budget, next.length);
            if (length < next.length) {
                waiting.addFirst(Arrays.copyOfRange(next, length, next.length));
            }
            ByteBuf part = Unpooled.wrappedBuffer(next, 0, length);
            sink.write(part, sink.voidPromise());
            waitingBytes -= length;
            budget -= length;
        }
        sink.flush();
        if (!waiting.isEmpty()) {
            arm();
        } else if (ending) {
            end();
        }
        flow();
    }
}
