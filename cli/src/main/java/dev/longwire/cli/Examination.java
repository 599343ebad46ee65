// SPDX-License-Identifier: Apache-2.0
package dev.longwire.cli;

import dev.longwire.protocol.codec.StrictJson;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Looks at a server from outside, as its clients do, and says what they would meet. */
final class Examination {
    private static final String STRANGER = "https://longwire-doctor.invalid";

    /** What came of one look. */
    enum Result {
        OK,
        /** It works, but somebody should know. */
        WARN,
        FAIL,
        /** Not looked at. */
        SKIP
    }

    /**
     * What was found.
     *
     * @param check what was looked at, in a word
     */
    record Finding(String check, Result result, String text) {}

    /**
     * How to come to the server.
     *
     * @param patience how long each answer may take
     */
    record Door(Encryption encryption, Duration patience) {}

    private final URI base;
    private final @Nullable String token;
    private final int idleSeconds;
    private final Duration patience;
    private final Encryption encryption;
    private final Consumer<Finding> taker;
    private final HttpClient client;

    /**
     * Looks at one server, once.
     *
     * @param base its address, http or https, without a slash at the end
     * @param idleSeconds how long a WebSocket is left alone; 0 for not at all
     */
    Examination(URI base, @Nullable String token, int idleSeconds, Door door, Consumer<Finding> taker) {
        this.base = base;
        this.token = token;
        this.idleSeconds = idleSeconds;
        this.patience = door.patience();
        this.encryption = door.encryption();
        this.taker = taker;
        this.client = HttpClient.newBuilder()
                .connectTimeout(patience)
                .sslContext(encryption.context())
                .build();
    }

    private void found(String check, Result result, String text) {
        taker.accept(new Finding(check, result, text));
    }

    /**
     * Looks at everything.
     *
     * @throws IOException when the server can't be reached at all
     */
    void run() throws IOException, InterruptedException {
        if (!tls()) {
            return;
        }
        health();
        origin();
        administration();
        webSocket();
        poll();
        stream();
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(base + path)).timeout(patience);
    }

    private HttpResponse<String> text(HttpRequest request) throws IOException, InterruptedException {
        return client.send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    }

    private void health() throws IOException, InterruptedException {
        HttpResponse<String> answer = text(request("/health/ready").build());
        boolean ready = answer.statusCode() == 200 && answer.body().equals("ready\n");
        found("health", ready ? Result.OK : Result.FAIL, ready ? "ready" : "answered " + answer.statusCode());
    }

    /** Says whether one may go on: nothing, and no token at all, is said to a server that is not who it should be. */
    private boolean tls() throws IOException {
        if (base.getScheme().equals("https")) {
            Encryption.Verdict verdict = encryption.look(base, patience);
            found("tls", verdict.result(), verdict.text());
            return verdict.result() != Result.FAIL;
        }
        boolean here = isLoopback();
        found(
                "tls",
                here ? Result.SKIP : Result.WARN,
                here ? "not encrypted, on this machine" : "not encrypted: tokens and messages can be read on the way");
        return true;
    }

    private boolean isLoopback() {
        try {
            return InetAddress.getByName(base.getHost()).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    /** A page of somebody else must not get in. */
    private void origin() throws IOException, InterruptedException {
        HttpResponse<String> answer =
                text(request("/health/live").header("Origin", STRANGER).build());
        boolean closed = answer.statusCode() == 403 && answer.body().contains("origin_not_allowed");
        found(
                "origin",
                closed ? Result.OK : Result.FAIL,
                closed ? "pages of others are refused" : "a page of any origin may connect");
    }

    private void administration() throws IOException, InterruptedException {
        int status = text(request("/v1/admin/stats").build()).statusCode();
        if (status == 401) {
            found("admin", Result.OK, "closed without a key");
        } else if (status == 200 && isLoopback()) {
            found("admin", Result.OK, "open to this machine");
        } else {
            found("admin", Result.FAIL, status == 200 ? "open to everybody" : "answered " + status);
        }
    }

    /** Hears one pong, and how it ends. */
    private static final class Listener implements WebSocket.Listener {
        private final StringBuilder said = new StringBuilder();
        private final CompletableFuture<String> heard = new CompletableFuture<>();
        private final CompletableFuture<String> ended = new CompletableFuture<>();

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            said.append(data);
            if (last) {
                heard.complete(said.toString());
            }
            socket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            ended.complete("closed with " + code);
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            ended.complete("cut");
        }
    }

    private void webSocket() throws InterruptedException {
        URI address = URI.create("ws" + base.toString().substring(4) + "/v1/ws");
        Listener listener = new Listener();
        WebSocket socket;
        try {
            socket = client.newWebSocketBuilder()
                    .connectTimeout(patience)
                    .subprotocols("longwire.v1.json")
                    .buildAsync(address, listener)
                    .join();
        } catch (CompletionException blocked) {
            String how = blocked.getCause() instanceof WebSocketHandshakeException refused
                    ? "the upgrade was answered " + refused.getResponse().statusCode()
                    : "the upgrade was cut";
            found("websocket", Result.WARN, how + ": clients will poll");
            return;
        }
        try {
            long started = System.nanoTime();
            socket.sendText("{\"type\":\"ping\"}", true).join();
            String answer = listener.heard.get(patience.toSeconds(), TimeUnit.SECONDS);
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started);
            boolean pong = answer.equals("{\"type\":\"pong\"}");
            found(
                    "websocket",
                    pong ? Result.OK : Result.FAIL,
                    pong ? "there and back in " + millis + " ms" : "no pong");
            idle(socket, listener);
        } catch (ExecutionException | TimeoutException | CompletionException lost) {
            found("websocket", Result.WARN, "it opens and then brings nothing: clients will poll");
        } finally {
            socket.abort();
        }
    }

    /** What stands in between may take silence for death. Only a session may be silent for long. */
    private void idle(WebSocket socket, Listener listener) throws InterruptedException {
        if (idleSeconds == 0) {
            found("idle", Result.SKIP, "with --idle SECONDS, whether a silent WebSocket stays open");
            return;
        }
        socket.sendText(connect(), true).join();
        try {
            String end = listener.ended.get(idleSeconds, TimeUnit.SECONDS);
            found("idle", Result.WARN, end + " before " + idleSeconds + " s of silence were over");
        } catch (TimeoutException stands) {
            found("idle", Result.OK, "open after " + idleSeconds + " s of silence");
        } catch (ExecutionException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private String connect() {
        String shown = token == null ? "" : ",\"token\":\"" + token + "\"";
        return "{\"type\":\"connect\",\"id\":1,\"agent\":\"longwire-doctor\"" + shown + "}";
    }

    private HttpRequest post(String more) {
        String body = "{\"seq\":1,\"wait\":0," + more + "\"frames\":[" + connect() + "]}";
        return request("/v1/poll")
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    private void poll() throws IOException, InterruptedException {
        HttpResponse<String> answer = text(post(""));
        Map<String, byte[]> members = StrictJson.members(answer.body().getBytes(StandardCharsets.UTF_8), 40);
        if (answer.statusCode() != 200 || members == null || !members.containsKey("frames")) {
            found("polling", Result.FAIL, "answered " + answer.statusCode());
        } else if (answer.body().contains("\"connected\"")) {
            found("polling", Result.OK, "a session begins");
        } else {
            found("polling", Result.OK, "it answers; who comes without a token is refused");
        }
    }

    /** The first bytes of an answer that has not ended come at once, or somebody in between gathers them. */
    private void stream() throws InterruptedException {
        HttpResponse<InputStream> answer;
        try {
            answer = client.send(post("\"stream\":true,"), HttpResponse.BodyHandlers.ofInputStream());
        } catch (IOException held) {
            found("stream", Result.WARN, "held back on the way: event streams won't do here");
            return;
        }
        InputStream body = answer.body();
        CompletableFuture<String> first = CompletableFuture.supplyAsync(() -> {
            byte[] bytes = new byte[4096];
            try {
                return new String(bytes, 0, Math.max(0, body.read(bytes)), StandardCharsets.UTF_8);
            } catch (IOException e) {
                return "";
            }
        });
        try {
            String text = first.get(patience.toSeconds(), TimeUnit.SECONDS);
            boolean open = text.contains("\"connected\"");
            found(
                    "stream",
                    open ? Result.OK : Result.SKIP,
                    open ? "comes as it is said" : "needs a token (--token) to be looked at");
        } catch (TimeoutException | ExecutionException held) {
            found("stream", Result.WARN, "held back on the way: event streams won't do here");
        } finally {
            try {
                body.close();
            } catch (IOException gone) {
                // It was to be closed.
            }
        }
    }
}
