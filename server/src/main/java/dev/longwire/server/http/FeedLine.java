// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.longwire.core.event.EventLog.Batch;
import dev.longwire.core.event.EventLog.Entry;
import dev.longwire.server.event.EventJson;
import dev.longwire.server.event.Journal;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who watches what happens. It is a cursor on the journal and holds nothing: while its connection takes nothing,
 * it stands.
 *
 * <p>Threads: the connection's, but for {@link #grown}.
 */
final class FeedLine implements Exchange.Watcher {

    private static final JsonFactory JSON = new JsonFactory();
    private static final int BATCH = 100;

    /** A comment, so that nobody on the way takes silence for death. */
    private static final int ALIVE_SECONDS = 15;

    private final Exchange exchange;
    private final Channel channel;
    private final Journal journal;
    private final Feed.Filter filter;
    private final Consumer<FeedLine> ending;
    private final Runnable waker = this::grown;
    private final AtomicBoolean woken = new AtomicBoolean();
    private long position;
    private boolean gone;
    private @Nullable Future<?> alive;

    FeedLine(Exchange exchange, Journal journal, Feed.Filter filter, long after, Consumer<FeedLine> ending) {
        this.exchange = exchange;
        this.channel = exchange.channel();
        this.journal = journal;
        this.filter = filter;
        this.position = after;
        this.ending = ending;
    }

    void start() {
        exchange.watch(this);
        journal.demand(filter.types());
        journal.wake(waker);
        channel.write(exchange.streamHead());
        write(": here is what happens\n\n");
        alive = channel.eventLoop()
                .scheduleAtFixedRate(() -> write(":\n\n"), ALIVE_SECONDS, ALIVE_SECONDS, TimeUnit.SECONDS);
        pump();
    }

    /** On any thread. */
    private void grown() {
        if (woken.compareAndSet(false, true)) {
            channel.eventLoop().execute(this::pump);
        }
    }

    private void pump() {
        // Before the look at the log, so that what comes after it wakes this again.
        woken.set(false);
        while (!gone && channel.isWritable()) {
            Batch batch = journal.read(position, BATCH);
            position = batch.position();
            StringBuilder text = new StringBuilder();
            if (batch.missed() > 0) {
                text.append("event: gap\ndata: {\"missed\":")
                        .append(batch.missed())
                        .append("}\n\n");
            }
            for (Entry each : batch.entries()) {
                if (filter.passes(each.event())) {
                    render(text, each);
                }
            }
            if (!text.isEmpty()) {
                write(text.toString());
            }
            if (batch.entries().isEmpty()) {
                return;
            }
        }
    }

    private void render(StringBuilder text, Entry entry) {
        StringWriter data = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(data)) {
            json.writeStartObject();
            json.writeNumberField("position", entry.position());
            json.writeStringField(
                    "time", Instant.ofEpochMilli(entry.timeMillis()).toString());
            json.writeStringField("type", entry.event().type().label());
            EventJson.write(json, entry.event());
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("a string can always be written to", e);
        }
        text.append("id: ")
                .append(journal.boot())
                .append(':')
                .append(entry.position())
                .append("\nevent: ")
                .append(entry.event().type().label())
                .append("\ndata: ")
                // A payload is passed on as it was written, and JSON may be written in several lines.
                .append(data.toString().replace("\r", "").replace("\n", "\ndata: "))
                .append("\n\n");
    }

    private void write(String text) {
        channel.writeAndFlush(new DefaultHttpContent(Unpooled.copiedBuffer(text, StandardCharsets.UTF_8)));
    }

    /** On any thread. */
    void end() {
        channel.eventLoop().execute(() -> {
            if (!gone) {
                pump();
                gone();
                channel.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT).addListener(written -> channel.close());
            }
        });
    }

    @Override
    public void writable() {
        pump();
    }

    @Override
    public void gone() {
        if (!gone) {
            gone = true;
            ending.accept(this);
            journal.forget(waker);
            journal.release(filter.types());
            if (alive != null) {
                alive.cancel(false);
            }
        }
    }
}
