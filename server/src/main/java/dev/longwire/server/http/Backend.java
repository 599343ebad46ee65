// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.http;

import dev.longwire.core.api.BackendRequest;
import dev.longwire.protocol.ClientFrame;
import dev.longwire.protocol.ErrorCode;
import dev.longwire.protocol.ServerFrame;
import dev.longwire.protocol.codec.ByteSink;
import dev.longwire.protocol.codec.Codec;
import dev.longwire.protocol.codec.Format;
import dev.longwire.protocol.codec.PublicationsCodec;
import dev.longwire.server.loop.Loops;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

/**
 * What the application's backend does with channels over plain HTTP ({@code docs/api.md}). Answers are the frames that a
 * client would get, without an id.
 */
final class Backend {

    private static final String JSON = "application/json";

    private static final byte[] DESCRIPTION = description();

    private final Loops loops;
    private final Codec codec = Codec.of(Format.JSON);

    Backend(Loops loops) {
        this.loops = loops;
    }

    /** What there is for backends and operators, as OpenAPI 3.1. It says nothing of this server, so anybody may read it. */
    static void describe(Exchange exchange) {
        exchange.answer(HttpResponseStatus.OK, JSON, Unpooled.wrappedBuffer(DESCRIPTION));
    }

    private static byte[] description() {
        try (InputStream in = Objects.requireNonNull(Backend.class.getResourceAsStream("/api/openapi.json"))) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("the description of the API can't be read", e);
        }
    }

    void publish(Exchange exchange) {
        if (!JSON.equals(PollRoute.mediaType(exchange.headers().get(HttpHeaderNames.CONTENT_TYPE)))) {
            exchange.refuse(ErrorCode.UNSUPPORTED_MEDIA_TYPE);
            return;
        }
        byte[] bytes = exchange.body();
        PublicationsCodec.Body body = PublicationsCodec.decode(bytes);
        List<ClientFrame> items = body.items();
        if (items == null) {
            exchange.refuse(body.fault() == null ? ErrorCode.MALFORMED : body.fault(), body.field());
            return;
        }
        loops.metrics().bytesIn(bytes.length);
        int longest = loops.config().network().messageBytes();
        List<CompletableFuture<ServerFrame>> results = new ArrayList<>();
        for (ClientFrame item : items) {
            results.add(append(PollRoute.within(item, longest)));
        }
        if (body.one()) {
            results.get(0).thenAccept(result -> answer(exchange, result));
        } else {
            CompletableFuture.allOf(results.toArray(CompletableFuture<?>[]::new))
                    .thenRun(() -> answerAll(
                            exchange,
                            results.stream().map(CompletableFuture::join).toList()));
        }
    }

    private CompletableFuture<ServerFrame> append(ClientFrame item) {
        return ask(BackendRequest.append(item)).thenApply(result -> {
            if (result instanceof ServerFrame.Published published && !published.duplicate()) {
                loops.metrics().published();
            }
            return result;
        });
    }

    /** A page of a log, or what became of a publish of this API. */
    void history(Exchange exchange) {
        ask(BackendRequest.history(exchange::query)).thenAccept(result -> answer(exchange, result));
    }

    /** A page of those who are in a channel, or how many. */
    void presence(Exchange exchange) {
        ask(BackendRequest.presence(exchange::query)).thenAccept(result -> answer(exchange, result));
    }

    private CompletableFuture<ServerFrame> ask(BackendRequest request) {
        CompletableFuture<ServerFrame> result = new CompletableFuture<>();
        switch (request) {
            case BackendRequest.Question question ->
                loops.ask(question.of(), reply -> result.complete(BackendRequest.answer(reply)));
            case BackendRequest.Wrong wrong ->
                result.complete(new ServerFrame.Error(0, wrong.code(), wrong.field(), 0));
        }
        return result;
    }

    private void answer(Exchange exchange, ServerFrame result) {
        if (result instanceof ServerFrame.Error error) {
            exchange.refuse(error.code(), error.field(), error.retryAfterMillis());
        } else {
            exchange.answer(HttpResponseStatus.OK, JSON, Unpooled.wrappedBuffer(codec.encode(result)));
        }
    }

    private void answerAll(Exchange exchange, List<ServerFrame> results) {
        ByteSink sink = new ByteSink();
        sink.write("{\"results\":[".getBytes(StandardCharsets.US_ASCII));
        for (int i = 0; i < results.size(); i++) {
            if (i > 0) {
                sink.write(',');
            }
            codec.encode(results.get(i), sink);
        }
        sink.write("]}".getBytes(StandardCharsets.US_ASCII));
        exchange.answer(HttpResponseStatus.OK, JSON, Unpooled.wrappedBuffer(sink.toByteArray()));
    }
}
