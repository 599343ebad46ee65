// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.http;

import dev.longwire.protocol.ErrorCode;
import dev.longwire.server.loop.Loops;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObjectAggregator;

/**
 * Puts a request together. A body that is too long is refused in our words, and ends the connection: what follows is
 * that body.
 */
final class Aggregator extends HttpObjectAggregator {

    private final Loops loops;

    Aggregator(Loops loops) {
        super(loops.config().network().bodyBytes(), true);
        this.loops = loops;
    }

    @Override
    protected void handleOversizedMessage(ChannelHandlerContext ctx, HttpMessage oversized) {
        loops.metrics().refused(ErrorCode.BODY_TOO_LARGE.wire());
        Farewell.say(
                ctx,
                Problem.of(ErrorCode.BODY_TOO_LARGE),
                loops.config().network().closeMillis());
    }
}
