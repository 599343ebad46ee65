// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.http;

import dev.longwire.core.deadline.Deadlines;
import dev.longwire.protocol.ErrorCode;
import dev.longwire.server.gate.Visitor;
import dev.longwire.server.loop.Loop;
import dev.longwire.server.loop.Patient;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.PrematureChannelClosureException;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http2.Http2StreamChannel;
import java.io.IOException;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection that speaks HTTP/1.1: its requests are answered one after the other.
 *
 * <p>Threads: the connection's loop's, but {@link #answer} from any.
 */
final class HttpConnection extends ChannelInboundHandlerAdapter {

    private static final Logger LOG = LoggerFactory.getLogger(HttpConnection.class);

    /** Requests that may wait for the answer to the one before them; more closes. */
    private static final int PIPELINED = 16;

    private final Loop loop;
    private final Router router;
    private final ArrayDeque<FullHttpRequest> waiting = new ArrayDeque<>();
    private final Deadline deadline = new Deadline();
    private @Nullable ChannelHandlerContext context;
    private @Nullable Exchange current;

    /** Is told when a request has been handled. */
    private @Nullable Arriving arrivals;

    /** To be run when {@link #current} is over. */
    private @Nullable Runnable leave;

    /** Requests that have come whole. */
    private long whole;

    /** Whether a request is on its way; of a stream of HTTP/2 that is so from the first. */
    private boolean arriving;

    HttpConnection(Loop loop, Router router) {
        this.loop = loop;
        this.router = router;
    }

    void counts(Arriving counter) {
        arrivals = counter;
    }

    /** Whether a request is being handled. */
    boolean answering() {
        return current != null;
    }

    private final class Deadline extends Patient {
        @Override
        protected void expired() {
            if (arriving) {
                tooLate();
            } else {
                context().close();
            }
        }
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        arriving = ctx.channel() instanceof Http2StreamChannel;
        loop.requests().start(deadline, Loop.nowMillis());
        loop.alarm();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        Deadlines.stop(deadline);
    }

    /**
     * Something was read.
     *
     * @param begun requests whose first line has come
     * @param more whether there is the beginning of another
     */
    void read(long begun, boolean more) {
        boolean before = arriving;
        arriving = begun > whole || more;
        if (arriving && !before && current == null) {
            loop.requests().start(deadline, Loop.nowMillis());
            loop.alarm();
        }
    }

    private void tooLate() {
        loop.loops().metrics().refused(ErrorCode.REQUEST_TIMEOUT.wire());
        Farewell.say(
                context(),
                Problem.of(ErrorCode.REQUEST_TIMEOUT),
                loop.loops().config().network().closeMillis());
    }

    private ChannelHandlerContext context() {
        if (context == null) {
            throw new IllegalStateException("not in a pipeline");
        }
        return context;
    }

    Loop loop() {
        return loop;
    }

    Channel channel() {
        return context().channel();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        FullHttpRequest request = (FullHttpRequest) message;
        Deadlines.stop(deadline);
        whole++;
        arriving = false;
        if (current == null) {
            begin(request);
        } else if (waiting.size() < PIPELINED) {
            waiting.add(request);
        } else {
            request.release();
            ctx.close();
        }
    }

    private void begin(FullHttpRequest request) {
        try {
            if (!request.decoderResult().isSuccess()) {
                refuse(request);
                return;
            }
            Visitor visitor = Visitor.of(channel());
            Exchange exchange = new Exchange(this, request, visitor);
            current = exchange;
            leave = visitor.asks(exchange.client());
            router.handle(exchange, leave != null);
        } finally {
            request.release();
            if (arrivals != null) {
                arrivals.handled();
            }
        }
    }

    /** Where it is doubtful what was said, it is doubtful where it ends: the connection goes. */
    private void refuse(HttpObject request) {
        loop.loops().metrics().refused(ErrorCode.BAD_REQUEST.wire());
        LOG.atInfo()
                .addKeyValue("name", ErrorCode.BAD_REQUEST.wire())
                .addKeyValue("decoded", request.decoderResult().isSuccess())
                .log("refused");
        Farewell.say(
                context(),
                Problem.of(ErrorCode.BAD_REQUEST),
                loop.loops().config().network().closeMillis());
    }

    /** Sends the answer to the request that is being handled. */
    void answer(FullHttpResponse response, boolean keepAlive) {
        if (!channel().eventLoop().inEventLoop()) {
            channel().eventLoop().execute(() -> answer(response, keepAlive));
            return;
        }
        if (!channel().isActive()) {
            response.release();
            return;
        }
        if (!HttpUtil.isContentLengthSet(response)) {
            HttpUtil.setContentLength(response, response.content().readableBytes());
        }
        if (!keepAlive) {
            response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        }
        ChannelFuture written = context().writeAndFlush(response);
        if (keepAlive) {
            next();
        } else {
            written.addListener(ChannelFutureListener.CLOSE);
        }
    }

    private void over() {
        current = null;
        if (leave != null) {
            leave.run();
            leave = null;
        }
    }

    private void next() {
        over();
        FullHttpRequest request = waiting.poll();
        if (request != null) {
            begin(request);
        } else {
            (arriving ? loop.requests() : loop.idle()).start(deadline, Loop.nowMillis());
            loop.alarm();
        }
    }

    /** Becomes a WebSocket connection: whatever follows is the new handler's. */
    void become(FullHttpResponse response, ChannelHandler handler) {
        ChannelPipeline pipeline = context().pipeline();
        context().writeAndFlush(response);
        if (leave != null) {
            Runnable counted = leave;
            leave = null;
            pipeline.channel().closeFuture().addListener(closed -> counted.run());
        }
        pipeline.addLast(handler);
        pipeline.remove(this);
        pipeline.remove(Farewell.BEFORE);
        pipeline.remove(Arriving.NAME);
        pipeline.remove("encoder");
        pipeline.remove("decoder");
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (current != null && ctx.channel().isWritable()) {
            current.writable();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        Deadlines.stop(deadline);
        waiting.forEach(FullHttpRequest::release);
        waiting.clear();
        if (current != null) {
            current.gone();
        }
        over();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // That a client goes, also in the middle of a request, is its right.
        if (!(cause instanceof IOException) && !(cause instanceof PrematureChannelClosureException)) {
            LOG.atError().setCause(cause).log("a connection failed");
        }
        ctx.close();
    }
}
