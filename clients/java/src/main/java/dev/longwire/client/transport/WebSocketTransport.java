// SPDX-License-Identifier: Apache-2.0
package dev.longwire.client.transport;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A WebSocket of the JDK's.
 *
 * <p>The JDK hands over a message in parts as they come, each for one {@code request(1)}; the parts are put together here,
 * up to a limit. It answers pings and closes by itself.
 *
 * <p>More is asked for within the JDK's own calls wherever that is possible. On JDK 17 to 25, when another thread calls
 * {@code request} while the end of the stream is read, that end is sometimes never reported (1 of 200 in a trial; none of
 * thousands when asked within the calls). So some messages are read ahead, and only a reader who was slower than that asks
 * later. An end that is missed all the same is found by silence.
 */
public final class WebSocketTransport implements Transport {
    private static final String SUBPROTOCOL = "longwire.v1.json";

    /** What may have come before somebody has taken it: messages, and characters in them. */
    private static final int AHEAD_MESSAGES = 512;

    private static final int AHEAD_CHARS = 1024 * 1024;

    private final HttpClient http;
    private final URI uri;
    private final Duration timeout;
    private final int maxChars;
    private volatile @Nullable Events events;
    private volatile @Nullable WebSocket socket;
    private volatile boolean aborted;
    /** The lengths of messages that nobody has taken yet; also the monitor of the two fields below. */
    private final ArrayDeque<Integer> ahead = new ArrayDeque<>();

    private int aheadChars;
    /** Whether the JDK has been asked for nothing, for lack of credit. */
    private boolean stalled;

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
        boolean ask;
        synchronized (ahead) {
            Integer taken = ahead.poll();
            aheadChars -= taken == null ? 0 : taken;
            ask = stalled && room();
            stalled = stalled && !ask;
        }
        WebSocket from = socket;
        if (ask && from != null) {
            from.request(1);
        }
    }

    /** A message of this length has come: whether another may. */
    private boolean readsOn(int length) {
        synchronized (ahead) {
            ahead.add(length);
            aheadChars += length;
            stalled = !room();
            return !stalled;
        }
    }

    private boolean room() {
        return ahead.size() < AHEAD_MESSAGES && aheadChars < AHEAD_CHARS;
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
                opened.request(1);
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
            } else {
                String whole = whole(data);
                boolean more = readsOn(whole.length());
                to.received(whole);
                if (more) {
                    from.request(1);
                }
            }
            return null;
        }

        private String whole(CharSequence lastPart) {
            if (parts.length() == 0) {
                return lastPart.toString();
            }
            String whole = parts.append(lastPart).toString();
            parts.setLength(0);
            parts.trimToSize();
            return whole;
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
