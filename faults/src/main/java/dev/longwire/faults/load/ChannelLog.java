// SPDX-License-Identifier: Apache-2.0
package dev.longwire.faults.load;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** A channel's log as somebody saw it who met no fault: the hashes of its messages by offset. */
public final class ChannelLog {

    private final String channel;
    private final Trace.Line line;

    private ChannelLog(Trace.Line line) {
        this.channel = line.channel;
        this.line = line;
    }

    /** What a subscriber saw who was there from the beginning and never lost its carrier. */
    public static ChannelLog seenBy(ModelClient reference, String channel) {
        Trace.Line line = reference.trace().lines.get(channel);
        if (line == null) {
            throw new IllegalArgumentException("never subscribed to " + channel);
        }
        return new ChannelLog(line);
    }

    /** What the server's history says, page by page. */
    public static CompletableFuture<ChannelLog> readBy(ModelClient reader, String channel) {
        return page(reader, new Trace.Line(channel), -1);
    }

    private static CompletableFuture<ChannelLog> page(ModelClient reader, Trace.Line line, long since) {
        return reader.history(line.channel, line.epoch, since).thenCompose(page -> {
            if (!page.path("type").asText().equals("history")) {
                throw new CompletionException(new IllegalStateException("no history but " + page));
            }
            line.epoch = page.path("epoch").asText();
            for (JsonNode message : page.path("messages")) {
                long offset = message.path("offset").asLong();
                if (line.start < 0) {
                    line.start = offset - 1;
                }
                line.add(offset, Trace.hash(message.path("data").toString()));
            }
            return page.has("next")
                    ? page(reader, line, page.path("next").path("offset").asLong())
                    : CompletableFuture.completedFuture(new ChannelLog(line));
        });
    }

    /** Whether both have the same messages wherever both have one, and there is such a place. */
    public boolean agreesWith(ChannelLog other) {
        long from = Math.max(start(), other.start()) + 1;
        long to = Math.min(head(), other.head());
        if (!whole() || !other.whole() || from > to || !epoch().equals(other.epoch())) {
            return false;
        }
        for (long offset = from; offset <= to; offset++) {
            if (hashOf(offset) != other.hashOf(offset)) {
                return false;
            }
        }
        return true;
    }

    String channel() {
        return channel;
    }

    String epoch() {
        return line.epoch;
    }

    /** The offset before the first message known here. */
    long start() {
        return line.start;
    }

    long head() {
        return line.last();
    }

    /** Whether it has every message from its start to its head, in order. */
    boolean whole() {
        for (int i = 0; i < line.size; i++) {
            if (line.offsets[i] != line.start + 1 + i) {
                return false;
            }
        }
        return true;
    }

    /** Only for offsets after {@link #start} up to {@link #head}. */
    long hashOf(long offset) {
        return line.hashes[(int) (offset - line.start - 1)];
    }
}
