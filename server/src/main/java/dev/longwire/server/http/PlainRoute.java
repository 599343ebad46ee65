// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.http;

import dev.longwire.protocol.ErrorCode;
import dev.longwire.server.bridge.Bridges;
import dev.longwire.server.websocket.Handshake;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.handler.codec.http.FullHttpResponse;

/** {@code GET /v1/bridge/NAME} of a client that speaks WebSocket and nothing of ours: it is led through to the upstream. */
final class PlainRoute implements Router.Route {

    private final Bridges bridges;
    private final Credentials credentials;

    PlainRoute(Bridges bridges, Credentials credentials) {
        this.bridges = bridges;
        this.credentials = credentials;
    }

    @Override
    public void handle(Exchange exchange) {
        ErrorCode fault =
                Handshake.asked(exchange.headers()) ? Handshake.fault(exchange.request()) : ErrorCode.UPGRADE_REQUIRED;
        if (fault != null) {
            exchange.refuse(fault);
            return;
        }
        String uri = exchange.request().uri();
        int end = uri.indexOf('?');
        String query = end < 0 ? "" : uri.substring(end + 1);
        bridges.lead(new Client(exchange), exchange.headers().copy(), query, credentials.of(exchange));
    }

    /** Whoever asks. */
    private record Client(Exchange exchange) implements Bridges.Near {

        @Override
        public Channel channel() {
            return exchange.channel();
        }

        @Override
        public void become(FullHttpResponse response, ChannelHandler handler) {
            exchange.become(response, handler);
        }

        @Override
        public void refuse(ErrorCode code) {
            exchange.refuse(code);
        }
    }
}
