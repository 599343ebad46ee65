// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.longwire.core.channel.Channels.Glance;
import dev.longwire.core.hub.Session;
import dev.longwire.server.loop.Line;
import dev.longwire.server.loop.Loop;
import dev.longwire.server.loop.Loops;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What an operator may see of a running server ({@code docs/admin.md}). Who is an operator, {@link AdminDoor} says; single
 * sessions are in {@link Registry}.
 */
final class Admin {

    private static final JsonFactory JSON = new JsonFactory();
    private static final int DEFAULT_LIMIT = 100;

    private final Loops loops;
    private final long startedAt = Loop.nowMillis();

    Admin(Loops loops) {
        this.loops = loops;
        loops.metrics().gauge("longwire.sessions", "Sessions, attached or waiting.", loops::sessionCount);
    }

    /** What each loop says, gathered on its own thread. */
    <T> void gather(Function<Loop, T> question, Consumer<List<T>> then) {
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
    interface Writer {
        void write(JsonGenerator json) throws IOException;
    }

    static void answer(Exchange exchange, Writer writer) {
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

    /** Writes an object's fields. */
    interface Item<T> {
        void write(JsonGenerator json, T item) throws IOException;
    }

    /**
     * Answers with a page of a list.
     *
     * @param found what stands on the page, and one more where there is more
     * @param key where an item stands in the list, which is where the page after it begins
     */
    static <T> void page(Exchange exchange, String list, List<T> found, Item<T> item, Function<T, String> key) {
        int limit = limit(exchange);
        List<T> shown = found.subList(0, Math.min(limit, found.size()));
        answer(exchange, json -> {
            json.writeArrayFieldStart(list);
            for (T each : shown) {
                json.writeStartObject();
                item.write(json, each);
                json.writeEndObject();
            }
            json.writeEndArray();
            if (found.size() > limit) {
                json.writeStringField("next", key.apply(shown.getLast()));
            }
        });
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

    static @Nullable Line line(Session session) {
        return session.carrier() == null ? null : (Line) session.carrier().attachment();
    }

    private record Owned(Glance glance, int subscribers) {
        String channel() {
            return glance.channel();
        }
    }

    void channels(Exchange exchange) {
        int limit = limit(exchange);
        String prefix = Objects.requireNonNullElse(exchange.query("prefix"), "");
        String after = Objects.requireNonNullElse(exchange.query("cursor"), "");
        boolean occupied = "true".equals(exchange.query("occupied"));
        gather(loop -> loop.channels().glance(prefix, after, occupied, limit + 1), lists -> {
            List<Glance> found = lists.stream()
                    .flatMap(List::stream)
                    .sorted(Comparator.comparing(Glance::channel))
                    .limit(limit + 1L)
                    .toList();
            gather(
                    loop -> found.stream()
                            .map(glance -> loop.hub().subscribersOf(glance.channel()))
                            .toList(),
                    counts -> page(exchange, "channels", owned(found, counts), Admin::write, Owned::channel));
        });
    }

    /** @param counts of each channel, from each loop */
    private static List<Owned> owned(List<Glance> glances, List<List<Integer>> counts) {
        List<Owned> all = new ArrayList<>();
        for (int i = 0; i < glances.size(); i++) {
            int index = i;
            all.add(new Owned(
                    glances.get(i),
                    counts.stream().mapToInt(each -> each.get(index)).sum()));
        }
        return all;
    }

    private static void write(JsonGenerator json, Owned owned) throws IOException {
        json.writeStringField("channel", owned.glance.channel());
        json.writeStringField("epoch", owned.glance.head().epoch());
        json.writeNumberField("offset", owned.glance.head().offset());
        json.writeNumberField("subscribers", owned.subscribers);
        json.writeNumberField("bytes", owned.glance.bytes());
    }

    /** How many are wanted of what the description bounds. */
    static int limit(Exchange exchange) {
        String text = exchange.query("limit");
        return text == null ? DEFAULT_LIMIT : Integer.parseInt(text);
    }
}
