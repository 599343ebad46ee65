// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.http;

import dev.longwire.core.channel.ChannelReply;
import dev.longwire.core.channel.ChannelRequest;
import dev.longwire.core.presence.PresenceName;
import dev.longwire.protocol.ChannelName;
import dev.longwire.protocol.ClientFrame;
import dev.longwire.protocol.ErrorCode;
import dev.longwire.protocol.Position;
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
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the application's backend does with channels over plain HTTP ({@code docs/api.md}). Answers are the frames that a
 * client would get, without an id.
 */
final class Backend {

    /** What subscribers see as the sender. Names that start with $ are the server's own. */
    private static final String JSON = "application/json";

    private static final int LONGEST_EPOCH = 128;
    private static final int LONGEST_OFFSET = 16;

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

    /**
     * Appends. All keys of the API are one publisher: a repeat is recognised although the key that opens was changed
     * meanwhile.
     */
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
        if (item instanceof ClientFrame.Bad bad) {
            return CompletableFuture.completedFuture(new ServerFrame.Error(0, bad.code(), bad.field(), 0));
        }
        ClientFrame.Publish publish = (ClientFrame.Publish) item;
        return ask(
                tag -> new ChannelRequest.Append(
                        publish.channel(),
                        tag,
                        null,
                        ChannelRequest.BACKEND,
                        publish.payload(),
                        publish.extras(),
                        publish.payload(),
                        null),
                reply -> reply instanceof ChannelReply.Appended appended ? appended(appended) : refused(reply));
    }

    private ServerFrame appended(ChannelReply.Appended appended) {
        if (!appended.duplicate()) {
            loops.metrics().published();
        }
        return new ServerFrame.Published(
                0,
                appended.channel(),
                appended.position(),
                appended.stored(),
                appended.dedupeMillis(),
                appended.duplicate());
    }

    private static ServerFrame refused(ChannelReply reply) {
        return reply instanceof ChannelReply.Refused refused
                ? new ServerFrame.Error(0, refused.code(), null, refused.retryAfterMillis())
                : new ServerFrame.Error(0, ErrorCode.INTERNAL, null, 0);
    }

    /** A page of a log, or what became of a publish of this API. */
    void history(Exchange exchange) {
        String channel = exchange.query("channel");
        String after = exchange.query("after");
        String before = exchange.query("before");
        String key = exchange.query("key");
        Position bound = position(after == null ? before : after);
        if (channel == null) {
            exchange.refuse(ErrorCode.MISSING_FIELD, "channel");
        } else if (!ChannelName.valid(channel)) {
            exchange.refuse(ErrorCode.BAD_CHANNEL, "channel");
        } else if (after != null && (bound == null || before != null)) {
            exchange.refuse(ErrorCode.INVALID_FIELD, "after");
        } else if (before != null && bound == null) {
            exchange.refuse(ErrorCode.INVALID_FIELD, "before");
        } else if (key != null) {
            String publisher = ChannelRequest.publisher(null, ChannelRequest.BACKEND);
            ask(tag -> new ChannelRequest.Trace(channel, tag, publisher, key), Backend::traced)
                    .thenAccept(result -> answer(exchange, result));
        } else {
            boolean reverse = before != null || "true".equals(exchange.query("reverse"));
            ask(
                            tag -> new ChannelRequest.Page(
                                    channel,
                                    tag,
                                    bound == null ? null : bound.epoch(),
                                    after == null || bound == null ? -1 : bound.offset(),
                                    before == null || bound == null ? -1 : bound.offset(),
                                    Admin.limit(exchange),
                                    reverse),
                            reply -> paged(reply))
                    .thenAccept(result -> answer(exchange, result));
        }
    }

    /** A page of those who are in a channel, or how many. */
    void presence(Exchange exchange) {
        String channel = exchange.query("channel");
        String cursor = exchange.query("cursor");
        if (channel == null) {
            exchange.refuse(ErrorCode.MISSING_FIELD, "channel");
        } else if (!ChannelName.valid(channel)) {
            exchange.refuse(ErrorCode.BAD_CHANNEL, "channel");
        } else {
            boolean list = !"true".equals(exchange.query("count"));
            ask(
                            tag -> new ChannelRequest.Who(
                                    PresenceName.of(channel), tag, cursor == null ? "" : cursor, list),
                            reply -> members(channel, reply))
                    .thenAccept(result -> answer(exchange, result));
        }
    }

    private static ServerFrame members(String channel, ChannelReply reply) {
        return reply instanceof ChannelReply.Roll roll
                ? new ServerFrame.Members(
                        0,
                        channel,
                        roll.at(),
                        roll.count(),
                        roll.page().members(),
                        roll.page().next())
                : refused(reply);
    }

    private static ServerFrame paged(ChannelReply reply) {
        if (!(reply instanceof ChannelReply.Paged paged)) {
            return refused(reply);
        }
        Position next = paged.next() < 0 ? null : new Position(paged.head().epoch(), paged.next());
        return new ServerFrame.History(0, paged.channel(), paged.head(), paged.messages(), next);
    }

    private static ServerFrame traced(ChannelReply reply) {
        return reply instanceof ChannelReply.Traced traced
                ? new ServerFrame.Outcome(0, traced.channel(), traced.head(), traced.position())
                : refused(reply);
    }

    /** {@code epoch:offset}. */
    static @Nullable Position position(@Nullable String text) {
        int colon = text == null ? -1 : text.lastIndexOf(':');
        if (text == null || colon < 1 || colon > LONGEST_EPOCH) {
            return null;
        }
        String digits = text.substring(colon + 1);
        if (digits.isEmpty()
                || digits.length() > LONGEST_OFFSET
                || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return null;
        }
        return new Position(text.substring(0, colon), Long.parseLong(digits));
    }

    private CompletableFuture<ServerFrame> ask(
            Function<ChannelRequest.Tag, ChannelRequest> question, Function<ChannelReply, ServerFrame> frame) {
        CompletableFuture<ServerFrame> result = new CompletableFuture<>();
        loops.ask(question, reply -> result.complete(frame.apply(reply)));
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
