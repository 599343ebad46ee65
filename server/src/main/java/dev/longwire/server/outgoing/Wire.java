// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.outgoing;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.io.IOException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One open connection: a request, its answer, the next request.
 *
 * <p>Threads: its loop's.
 */
final class Wire extends SimpleChannelInboundHandler<FullHttpResponse> {

    private static final int LINE_BYTES = 4 * 1024;
    private static final int HEADER_BYTES = 16 * 1024;
    private static final int CHUNK_BYTES = 8 * 1024;

    /** Answers that only say that the answer will come (RFC 9110, 15.2). */
    private static final int MOST_INTERIM = 8;

    private static final int CONTINUE = 100;
    private static final int SWITCHING = 101;
    private static final int OK = 200;

    /** Shorter than most receivers keep a connection. */
    private static final long IDLE_MILLIS = 15_000;

    /** So that a name which leads elsewhere is looked up again. */
    private static final long LONGEST_LIFE_NANOS = TimeUnit.MINUTES.toNanos(5);

    private final Destination destination;
    private final Target target;
    private final long born = System.nanoTime();
    private @Nullable Channel channel;
    private Target.@Nullable Asked current;
    private @Nullable Future<?> idling;
    private boolean used;
    private boolean heard;
    private boolean resting = true;
    private int interim;

    Wire(Destination destination, Target target) {
        this.destination = destination;
        this.target = target;
    }

    void begin(Channel open) {
        channel = open;
        open.pipeline()
                .addLast(new Heard())
                .addLast(new HttpClientCodec(LINE_BYTES, HEADER_BYTES, CHUNK_BYTES))
                .addLast(new HttpObjectAggregator(destination.answerBytes()))
                .addLast(this);
        if (!open.isActive()) {
            // It ended before anybody could say so here.
            open.eventLoop().execute(() -> cut(Failure.CONNECTION_LOST));
        }
    }

    /** Whether it can take a request. */
    boolean idle() {
        return current == null && resting && channel != null && channel.isActive();
    }

    boolean carries(Target.Asked asked) {
        return current == asked;
    }

    void send(Target.Asked asked) {
        current = asked;
        resting = false;
        heard = false;
        interim = 0;
        if (idling != null) {
            idling.cancel(false);
        }
        FullHttpRequest request = new DefaultFullHttpRequest(
                HttpVersion.HTTP_1_1, HttpMethod.POST, destination.path(), Unpooled.wrappedBuffer(asked.post.body()));
        request.headers()
                .set(HttpHeaderNames.HOST, destination.authority())
                .set(HttpHeaderNames.USER_AGENT, "longwire");
        asked.post.headers().forEach((name, value) -> request.headers().set(name, value));
        request.headers().set(HttpHeaderNames.CONTENT_LENGTH, asked.post.body().length);
        if (channel != null) {
            channel.writeAndFlush(request).addListener(written -> {
                if (!written.isSuccess()) {
                    cut(Failure.CONNECTION_LOST);
                }
            });
        }
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, FullHttpResponse response) {
        int status = response.status().code();
        if (response.decoderResult().isFailure()) {
            cut(reason(response.decoderResult().cause()));
        } else if (current == null) {
            // Nobody asked.
            cut(Failure.ANSWER_MALFORMED);
        } else if (status >= CONTINUE && status < OK && status != SWITCHING && interim < MOST_INTERIM) {
            interim++;
        } else if (status < OK) {
            cut(Failure.ANSWER_MALFORMED);
        } else {
            boolean keep = HttpUtil.isKeepAlive(response) && System.nanoTime() - born < LONGEST_LIFE_NANOS;
            Target.Asked asked = current;
            current = null;
            used = true;
            resting = false;
            Outcome.Answer answer =
                    new Outcome.Answer(status, response.headers().copy(), ByteBufUtil.getBytes(response.content()));
            if (!keep) {
                ctx.close();
            }
            asked.end(answer);
        }
    }

    /** Only now: what came along with the answer is no answer to the next request. */
    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (current == null && !resting && ctx.channel().isActive()) {
            resting = true;
            idling = ctx.executor().schedule(() -> cut(Failure.CONNECTION_LOST), IDLE_MILLIS, TimeUnit.MILLISECONDS);
            target.freed(this);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        cut(Failure.CONNECTION_LOST);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        cut(reason(cause));
    }

    private static Failure reason(Throwable cause) {
        if (cause instanceof TooLongFrameException) {
            return Failure.ANSWER_TOO_LARGE;
        }
        return cause instanceof IOException ? Failure.CONNECTION_LOST : Failure.ANSWER_MALFORMED;
    }

    /** Ends it, and what it carries with it. */
    void cut(Failure why) {
        Target.Asked asked = current;
        current = null;
        resting = false;
        if (idling != null) {
            idling.cancel(false);
        }
        if (channel != null) {
            channel.close();
        }
        boolean stale = why == Failure.CONNECTION_LOST && used && !heard;
        if (asked != null && stale && asked.post.repeatable() && !asked.repeated) {
            target.gone(this, asked);
        } else {
            target.gone(this, null);
            if (asked != null) {
                asked.fail(why);
            }
        }
    }

    /** Notices the first bytes of an answer. */
    private final class Heard extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object bytes) {
            heard = true;
            ctx.fireChannelRead(bytes);
        }
    }
}
