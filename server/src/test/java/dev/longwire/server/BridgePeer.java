// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server;

import dev.longwire.protocol.bridge.BodyCodec;
import dev.longwire.protocol.bridge.Piece;
import dev.longwire.protocol.codec.ByteSink;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A client of a bridge that says exactly what it is told to, by polls and by WebSocket. */
final class BridgePeer implements AutoCloseable {

    private static final Duration DEADLINE = Duration.ofSeconds(20);

    private final HttpClient http = HttpClient.newHttpClient();
    private final List<Line> lines = new ArrayList<>();
    private final String path;

    BridgePeer(int port, String name) {
        path = "://127.0.0.1:" + port + "/v1/bridge/" + name;
    }

    /**
     * What came.
     *
     * @param status of HTTP, or the code that a WebSocket closed with
     * @param pieces as text: {@code opened chat}, {@code text hi}, {@code close 1000 bye}, {@code binary 3}, {@code more 65536}
     */
    record Down(int status, String head, List<String> pieces) {}

    static byte[] body(String head, Piece... pieces) {
        ByteSink out = new ByteSink();
        BodyCodec.head(out, head);
        for (Piece piece : pieces) {
            BodyCodec.piece(out, piece);
        }
        return out.toByteArray();
    }

    static Piece text(String text) {
        return new Piece.Part(false, true, text.getBytes(StandardCharsets.UTF_8));
    }

    Down poll(byte[] body, String... headers) throws IOException, InterruptedException {
        return down(http.send(request(body, headers), BodyHandlers.ofByteArray()));
    }

    CompletableFuture<Down> later(byte[] body) {
        return http.sendAsync(request(body), BodyHandlers.ofByteArray()).thenApply(BridgePeer::down);
    }

    private HttpRequest request(byte[] body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http" + path + "/poll"))
                .timeout(DEADLINE)
                .POST(HttpRequest.BodyPublishers.ofByteArray(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return request.build();
    }

    private static Down down(HttpResponse<byte[]> answer) {
        return answer.statusCode() == 200
                ? down(200, answer.body())
                : new Down(answer.statusCode(), new String(answer.body(), StandardCharsets.UTF_8), List.of());
    }

    private static Down down(int status, byte[] bytes) {
        String head = "";
        List<String> pieces = new ArrayList<>();
        ByteBuffer in = ByteBuffer.wrap(bytes);
        while (in.hasRemaining()) {
            int kind = in.get() & 0xFF;
            byte[] content = new byte[in.getInt()];
            in.get(content);
            String text = new String(content, StandardCharsets.UTF_8);
            switch (kind) {
                case 0 -> head = text;
                case 1 -> pieces.add("text " + text);
                case 2 -> pieces.add("binary " + content.length);
                case 3 -> pieces.add("opened " + text);
                case 8 ->
                    pieces.add(
                            content.length == 0
                                    ? "close 1005 "
                                    : "close " + ByteBuffer.wrap(content).getShort() + " "
                                            + new String(
                                                    Arrays.copyOfRange(content, 2, content.length),
                                                    StandardCharsets.UTF_8));
                default -> pieces.add("more " + content.length);
            }
        }
        return new Down(status, head, pieces);
    }

    /** Cuts what is open. */
    @Override
    public void close() {
        lines.forEach(Line::cut);
    }

    /** A WebSocket to the bridge. */
    Line connect() {
        Line line = new Line();
        lines.add(line);
        line.socket = http.newWebSocketBuilder()
                .connectTimeout(DEADLINE)
                .subprotocols("longwire.bridge.v1")
                .buildAsync(URI.create("ws" + path), line)
                .join();
        return line;
    }

    /** A plain WebSocket, led through; or the status with which it is refused, as a {@link Down}. */
    Line plain(String query, String... subprotocols) {
        Line line = new Line();
        lines.add(line);
        String first = subprotocols.length == 0 ? "" : subprotocols[0];
        var builder = http.newWebSocketBuilder().connectTimeout(DEADLINE);
        if (subprotocols.length > 0) {
            builder.subprotocols(first, Arrays.copyOfRange(subprotocols, 1, subprotocols.length));
        }
        try {
            line.socket =
                    builder.buildAsync(URI.create("ws" + path + query), line).join();
            line.arrived.add(new Down(101, line.socket.getSubprotocol(), List.of()));
        } catch (CompletionException refused) {
            int status = refused.getCause() instanceof WebSocketHandshakeException answer
                    ? answer.getResponse().statusCode()
                    : 0;
            line.arrived.add(new Down(status, "", List.of()));
        }
        return line;
    }

    /** A WebSocket's other end. */
    static final class Line implements WebSocket.Listener {
        private final BlockingQueue<Down> arrived = new LinkedBlockingQueue<>();
        private final List<ByteBuffer> pieces = new ArrayList<>();
        private @Nullable WebSocket socket;

        Line send(byte[] body) {
            if (socket != null) {
                socket.sendBinary(ByteBuffer.wrap(body), true).join();
            }
            return this;
        }

        void say(String text) {
            if (socket != null) {
                socket.sendText(text, true).join();
            }
        }

        void close(int code, String reason) {
            if (socket != null) {
                socket.sendClose(code, reason).join();
            }
        }

        void cut() {
            if (socket != null) {
                socket.abort();
            }
        }

        Down next() throws InterruptedException {
            Down down = arrived.poll(DEADLINE.toSeconds(), TimeUnit.SECONDS);
            return down == null ? new Down(0, "nothing came", List.of()) : down;
        }

        /** Bodies until there were so many pieces. */
        List<String> pieces(int count) throws InterruptedException {
            List<String> all = new ArrayList<>();
            while (all.size() < count) {
                Down down = next();
                if (down.status != 200) {
                    all.add("closed " + down.status);
                    break;
                }
                all.addAll(down.pieces);
            }
            return all;
        }

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
            arrived.add(new Down(1, data.toString(), List.of()));
            from.request(1);
            return CompletableFuture.completedStage(null);
        }

        @Override
        public CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
            ByteBuffer copy = ByteBuffer.allocate(data.remaining()).put(data).flip();
            pieces.add(copy);
            if (last) {
                ByteBuffer whole = ByteBuffer.allocate(
                        pieces.stream().mapToInt(ByteBuffer::remaining).sum());
                pieces.forEach(whole::put);
                pieces.clear();
                arrived.add(down(200, whole.array()));
            }
            from.request(1);
            return CompletableFuture.completedStage(null);
        }

        @Override
        public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
            arrived.add(new Down(code, reason, List.of()));
            return CompletableFuture.completedStage(null);
        }
    }
}
