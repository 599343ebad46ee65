// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.http;

import dev.longwire.core.bridge.BridgeInput;
import dev.longwire.core.bridge.BridgeOutput.Refusal;
import dev.longwire.protocol.ErrorCode;
import dev.longwire.protocol.bridge.Body;
import dev.longwire.protocol.bridge.BodyCodec;
import dev.longwire.server.bridge.Bridges;
import dev.longwire.server.bridge.Carrier;
import dev.longwire.server.bridge.Session;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** {@code POST /v1/bridge/NAME/poll}: a body up, and one down as soon as there is something to say. */
final class BridgeRoute implements Router.Route {

    private static final String BYTES = "application/octet-stream";

    private final Bridges bridges;
    private final Credentials credentials;

    BridgeRoute(Bridges bridges, Credentials credentials) {
        this.bridges = bridges;
        this.credentials = credentials;
    }

    @Override
    public void handle(Exchange exchange) {
        String type =
                exchange.headers().get(HttpHeaderNames.CONTENT_TYPE, BYTES).toLowerCase(Locale.ROOT);
        if (!type.equals(BYTES) || exchange.headers().contains(HttpHeaderNames.CONTENT_ENCODING)) {
            exchange.refuse(ErrorCode.UNSUPPORTED_MEDIA_TYPE);
            return;
        }
        byte[] bytes = exchange.body();
        exchange.loop().loops().metrics().bytesIn(bytes.length);
        Body body = BodyCodec.read(bytes);
        if (body == null) {
            exchange.refuse(ErrorCode.MALFORMED);
            return;
        }
        Poll poll = new Poll(exchange);
        exchange.watch(poll);
        bridges.admit(
                new Bridges.Wish(exchange.loop(), exchange.headers().copy(), credentials.of(exchange), body),
                poll,
                session -> poll.begin(session, body));
    }

    /**
     * A poll that is held.
     *
     * <p>Threads: any.
     */
    private static final class Poll implements Carrier, Exchange.Watcher {

        private final Exchange exchange;
        private @Nullable Session session;
        private boolean done;

        Poll(Exchange exchange) {
            this.exchange = exchange;
        }

        synchronized void begin(Session found, Body body) {
            if (!done) {
                session = found;
                found.accept(new BridgeInput.Polled(this, body));
            }
        }

        /** Whether it is still to be answered; only once. */
        private synchronized boolean finish() {
            boolean first = !done;
            done = true;
            return first;
        }

        @Override
        public void send(byte[] body) {
            if (finish()) {
                exchange.loop().loops().metrics().bytesOut(body.length);
                exchange.answer(HttpResponseStatus.OK, BYTES, Unpooled.wrappedBuffer(body));
            }
        }

        @Override
        public void reject(Refusal refusal) {
            refuse(
                    switch (refusal) {
                        case REPLACED -> ErrorCode.POLL_SUPERSEDED;
                        case ORDER -> ErrorCode.OUT_OF_ORDER;
                        case GONE -> ErrorCode.SESSION_GONE;
                    });
        }

        @Override
        public void refuse(ErrorCode code) {
            if (finish()) {
                exchange.refuse(code);
            }
        }

        @Override
        public void writable() {
            // An answer is sent whole.
        }

        /** Its client has given up. */
        @Override
        public void gone() {
            Session had;
            synchronized (this) {
                done = true;
                had = session;
            }
            if (had != null) {
                had.accept(new BridgeInput.Gone(this));
            }
        }
    }
}
