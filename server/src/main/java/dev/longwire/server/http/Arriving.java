// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.http;

import dev.longwire.protocol.ErrorCode;
import dev.longwire.server.loop.Loops;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;

/**
 * Counts what a connection holds of bodies, from their first byte until they have been handled, and refuses one for which
 * there is no room.
 *
 * <p>Threads: the connection's loop's.
 */
final class Arriving extends ChannelInboundHandlerAdapter {

    static final String NAME = "arriving";
    private static final long LATER_MILLIS = 2_000;

    private final Loops loops;
    private final Bodies room;
    private final HttpConnection connection;

    /** The lengths of bodies that are here and were not handled, oldest first. */
    private final ArrayDeque<Long> whole = new ArrayDeque<>(0);

    /** Of the body that is arriving. */
    private long length;

    private long held;
    private boolean refused;

    Arriving(Loops loops, Bodies room, HttpConnection connection) {
        this.loops = loops;
        this.room = room;
        this.connection = connection;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof HttpContent content) {
            if (refused || !hold(content.content().readableBytes())) {
                ReferenceCountUtil.release(message);
                refuse(ctx);
                return;
            }
            if (message instanceof LastHttpContent) {
                whole.add(length);
                length = 0;
            }
        }
        ctx.fireChannelRead(message);
    }

    private boolean hold(long bytes) {
        long more = beyond(held + bytes) - beyond(held);
        if (more > 0 && !room.take(more)) {
            return false;
        }
        held += bytes;
        length += bytes;
        return true;
    }

    private static long beyond(long bytes) {
        return Math.max(0, bytes - Bodies.FREE_BYTES);
    }

    private void refuse(ChannelHandlerContext ctx) {
        if (refused) {
            return;
        }
        refused = true;
        loops.metrics().refused(ErrorCode.OVERLOADED.wire());
        if (connection.answering()) {
            // What it would be told now would be taken for the answer to something else.
            ctx.close();
            return;
        }
        Farewell.say(
                ctx,
                Problem.of(ErrorCode.OVERLOADED, null, LATER_MILLIS),
                loops.config().network().closeMillis());
    }

    /** The oldest body that is here has been handled. */
    void handled() {
        Long bytes = whole.poll();
        if (bytes != null) {
            release(bytes);
        }
    }

    private void release(long bytes) {
        room.give(beyond(held) - beyond(held - bytes));
        held -= bytes;
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        release(held);
        whole.clear();
    }
}
