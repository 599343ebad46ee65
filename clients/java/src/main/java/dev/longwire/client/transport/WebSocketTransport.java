// SPDX-License-Identifier: Apache-2.0
package dev.longwire.client.transport;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A WebSocket of the JDK's.
 *
 * <p>The JDK hands over a message in parts as they come, each for one {@code request(1)}; the parts are put together here,
 * up to a limit. It answers pings and closes by itself.
 */
public final class WebSocketTransport implements Transport {
    private static final String SUBPROTOCOL = "longwire.v1.json";

    private final HttpClient http;
    private final URI uri;
    private final Duration timeout;
    private final int maxChars;
    private volatile @Nullable Events events;
    private volatile @Nullable WebSocket socket;
    private volatile boolean aborted;

    /**
     * @param uri with the scheme {@code ws} or {@code wss}
     * @param timeout for connecting and the handshake
     * @param maxChars how long a message may be; a longer one closes with 1009
     */
    public WebSocketTransport(HttpClient http, URI uri, Duration timeout, int maxChars) {
        this.http = http;
        this.uri = uri;
        this.timeout = timeout;
        this.maxChars = maxChars;
    }

    @Override
    public void open(Events to) {
        events = to;
        http.newWebSocketBuilder()
                .connectTimeout(timeout)
                .subprotocols(SUBPROTOCOL)
                .buildAsync(uri, new Parts(to))
                .whenComplete((opened, fault) -> {
                    if (fault != null) {
                        to.failed(refusal(fault));
                    } else if (aborted) {
                        opened.abort();
                    }
                });
    }

    @Override
    public void send(String text) {
        WebSocket to = socket;
        Events tell = events;
        if (to != null && tell != null) {
            to.sendText(text, true).whenComplete((same, fault) -> {
                if (fault == null) {
                    tell.sent();
                } else {
                    tell.failed(Failure.of(fault));
                }
            });
        }
    }

    @Override
    public void demand() {
        WebSocket from = socket;
        if (from != null) {
            from.request(1);
        }
    }

    @Override
    public void leave() {
        // The server closes, and that is reported.
    }

    @Override
    public void abort() {
        aborted = true;
        WebSocket at = socket;
        if (at != null) {
            at.abort();
        }
    }

    private static Failure refusal(Throwable fault) {
        Throwable cause = fault instanceof CompletionException && fault.getCause() != null ? fault.getCause() : fault;
        if (cause instanceof WebSocketHandshakeException refused) {
            HttpResponse<?> response = refused.getResponse();
            int status = response.statusCode();
            return new Failure(
                    status, Failure.retryAfterMillis(response), "the server answered with HTTP status " + status);
        }
        return Failure.of(cause);
    }

    /** Puts the parts of messages together. The JDK calls it from one thread at a time. */
    private final class Parts implements WebSocket.Listener {
        private final Events to;
        private final StringBuilder parts = new StringBuilder();

        Parts(Events to) {
            this.to = to;
        }

        @Override
        public void onOpen(WebSocket opened) {
            socket = opened;
            if (aborted) {
                opened.abort();
            } else {
                to.opened();
            }
        }

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
            if (parts.length() + data.length() > maxChars) {
                from.abort();
                to.closed(1009);
            } else if (!last) {
                parts.append(data);
                from.request(1);
                to.heard();
            } else if (parts.length() == 0) {
                to.received(data.toString());
            } else {
                String whole = parts.append(data).toString();
                parts.setLength(0);
                parts.trimToSize();
                to.received(whole);
            }
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
            from.abort();
            to.closed(1003);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onPing(WebSocket from, ByteBuffer message) {
            from.request(1);
            to.heard();
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onPong(WebSocket from, ByteBuffer message) {
            from.request(1);
            to.heard();
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
            to.closed(code);
            return null;
        }

        @Override
        public void onError(WebSocket from, Throwable fault) {
            to.failed(Failure.of(fault));
        }
    }
}
