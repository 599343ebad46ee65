// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.longwire.core.channel.Channels.Glance;
import dev.longwire.core.hub.Session;
import dev.longwire.protocol.ErrorCode;
import dev.longwire.server.connection.Connection;
import dev.longwire.server.loop.Line;
import dev.longwire.server.loop.Loop;
import dev.longwire.server.loop.Loops;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What an operator may see of a running server ({@code docs/admin.md}). Until there is access control it is for those
 * who sit at the machine: everybody else gets 401.
 */
final class Admin {

    private static final JsonFactory JSON = new JsonFactory();
    private static final int DEFAULT_LIMIT = 100;
    private static final int MOST = 1_000;

    private final Loops loops;
    private final boolean open;
    private final long startedAt = Loop.nowMillis();

    Admin(Loops loops) {
        this.loops = loops;
        this.open = isLoopback(loops.config().host());
        loops.metrics().gauge("longwire.sessions", "Sessions, attached or waiting.", loops::sessionCount);
    }

    private static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    Router.Route only(Router.Route route) {
        return open
                ? route
                : exchange -> {
                    var response = Problem.of(ErrorCode.UNAUTHORIZED, null, HttpResponseStatus.UNAUTHORIZED);
                    response.headers().set(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer");
                    exchange.answer(response);
                };
    }

    /** What each loop says, gathered on its own thread. */
    private <T> void gather(Function<Loop, T> question, Consumer<List<T>> then) {
        List<CompletableFuture<T>> answers = new ArrayList<>();
        for (Loop loop : loops.all()) {
            CompletableFuture<T> answer = new CompletableFuture<>();
            answers.add(answer);
            loop.post(() -> answer.complete(question.apply(loop)));
        }
        CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new))
                .thenRun(() -> then.accept(
                        answers.stream().map(CompletableFuture::join).toList()));
    }

    /** Writes a JSON document. */
    private interface Writer {
        void write(JsonGenerator json) throws IOException;
    }

    private static void answer(Exchange exchange, Writer writer) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            writer.write(json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("a string can always be written to", e);
        }
        exchange.answer(HttpResponseStatus.OK, "application/json", text.toString());
    }

    private record Count(int sessions, int channels, int websockets, int polls, int streams) {}

    void stats(Exchange exchange) {
        gather(
                Admin::count,
                counts -> answer(exchange, json -> {
                    json.writeStringField("version", Version.TEXT);
                    json.writeNumberField("uptime", Loop.nowMillis() - startedAt);
                    json.writeNumberField(
                            "sessions",
                            counts.stream().mapToInt(Count::sessions).sum());
                    json.writeObjectFieldStart("carriers");
                    json.writeNumberField(
                            "websocket",
                            counts.stream().mapToInt(Count::websockets).sum());
                    json.writeNumberField(
                            "poll", counts.stream().mapToInt(Count::polls).sum());
                    json.writeNumberField(
                            "stream", counts.stream().mapToInt(Count::streams).sum());
                    json.writeEndObject();
                    json.writeNumberField(
                            "channels",
                            counts.stream().mapToInt(Count::channels).sum());
                    json.writeNumberField("messages_in", loops.metrics().publishedCount());
                    json.writeNumberField("messages_out", loops.metrics().deliveredCount());
                    json.writeNumberField("bytes_in", loops.metrics().bytesInCount());
                    json.writeNumberField("bytes_out", loops.metrics().bytesOutCount());
                }));
    }

    private static Count count(Loop loop) {
        int websockets = 0;
        int polls = 0;
        int streams = 0;
        for (Session session : loop.hub().sessions()) {
            Line line = line(session);
            switch (line == null ? "" : line.kind()) {
                case "websocket" -> websockets++;
                case "poll" -> polls++;
                case "stream" -> streams++;
                default -> {
                    // Between carriers.
                }
            }
        }
        return new Count(loop.hub().sessionCount(), loop.channels().size(), websockets, polls, streams);
    }

    private static @Nullable Line line(Session session) {
        return session.carrier() == null ? null : (Line) session.carrier().attachment();
    }

    private record Times(long connectedAtMillis, long lastActiveMillis) {
        static Times of(Connection connection) {
            return new Times(connection.openedAtMillis(), connection.heardAtMillis());
        }
    }

    private record Entry(
            String client,
            @Nullable String user,
            @Nullable String agent,
            String carrier,
            String address,
            @Nullable Times times,
            int subscriptions,
            long bytesHeld) {}

    void connections(Exchange exchange) {
        int limit = limit(exchange);
        gather(
                loop -> connections(loop, limit),
                lists -> answer(exchange, json -> {
                    json.writeArrayFieldStart("connections");
                    for (Entry each :
                            lists.stream().flatMap(List::stream).limit(limit).toList()) {
                        json.writeStartObject();
                        json.writeStringField("client", each.client);
                        json.writeStringField("user", each.user);
                        json.writeStringField("agent", each.agent);
                        json.writeStringField("carrier", each.carrier);
                        json.writeStringField("address", each.address);
                        if (each.times != null) {
                            json.writeNumberField("connected_at", each.times.connectedAtMillis);
                            json.writeNumberField("last_active", each.times.lastActiveMillis);
                        }
                        json.writeNumberField("subscriptions", each.subscriptions);
                        json.writeNumberField("bytes_held", each.bytesHeld);
                        json.writeEndObject();
                    }
                    json.writeEndArray();
                }));
    }

    private static List<Entry> connections(Loop loop, int limit) {
        List<Entry> list = new ArrayList<>();
        for (Session session : loop.hub().sessions()) {
            if (list.size() == limit) {
                break;
            }
            Line line = line(session);
            list.add(new Entry(
                    session.client(),
                    session.principal().user(),
                    session.agent(),
                    line == null ? "none" : line.kind(),
                    line == null ? "" : line.address(),
                    line instanceof Connection open ? Times.of(open) : null,
                    session.subscriptionCount(),
                    line == null ? 0 : line.unsentBytes()));
        }
        return list;
    }

    private record Owned(Glance glance, int subscribers) {}

    void channels(Exchange exchange) {
        int limit = limit(exchange);
        gather(loop -> loop.channels().glance(limit), lists -> {
            List<Glance> all = lists.stream().flatMap(List::stream).limit(limit).toList();
            gather(
                    loop -> all.stream()
                            .map(glance -> loop.hub().subscribersOf(glance.channel()))
                            .toList(),
                    counts -> answer(exchange, json -> {
                        json.writeArrayFieldStart("channels");
                        for (int i = 0; i < all.size(); i++) {
                            int index = i;
                            write(
                                    json,
                                    new Owned(
                                            all.get(i),
                                            counts.stream()
                                                    .mapToInt(each -> each.get(index))
                                                    .sum()));
                        }
                        json.writeEndArray();
                    }));
        });
    }

    private static void write(JsonGenerator json, Owned owned) throws IOException {
        json.writeStartObject();
        json.writeStringField("channel", owned.glance.channel());
        json.writeStringField("epoch", owned.glance.head().epoch());
        json.writeNumberField("offset", owned.glance.head().offset());
        json.writeNumberField("subscribers", owned.subscribers);
        json.writeNumberField("bytes", owned.glance.bytes());
        json.writeEndObject();
    }

    private static int limit(Exchange exchange) {
        String text = exchange.query("limit");
        if (text == null || !text.matches("[0-9]{1,6}")) {
            return DEFAULT_LIMIT;
        }
        return Math.min(MOST, Integer.parseInt(text));
    }
}
