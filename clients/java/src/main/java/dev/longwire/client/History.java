// SPDX-License-Identifier: Apache-2.0
package dev.longwire.client;

import dev.longwire.client.json.JsonObject;
import dev.longwire.client.json.JsonReader;
import dev.longwire.client.json.JsonWriter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page of what a channel keeps.
 *
 * @param head the position of the channel's newest message
 * @param messages in the order that was asked for; at most 100, and at most about 256 KiB of them. None when the position
 *     that was asked for is of another epoch than {@code head}
 * @param next where the next page begins, or null when this is the last
 */
public record History(
        Position head, List<Message> messages, @Nullable Position next) {
    private static final int DEPTH = 40;

    public History {
        messages = List.copyOf(messages);
    }

    /** What to read of a channel. Unchangeable. */
    public static final class Range {
        private final @Nullable Position from;
        private final boolean reverse;
        private final int limit;

        private Range(@Nullable Position from, boolean reverse, int limit) {
            this.from = from;
            this.reverse = reverse;
            this.limit = limit;
        }

        /** From the oldest message on, oldest first. */
        public static Range oldest() {
            return new Range(null, false, 0);
        }

        /** After this position, oldest first. */
        public static Range since(Position position) {
            return new Range(position, false, 0);
        }

        /** From the newest message back, newest first. */
        public static Range newest() {
            return new Range(null, true, 0);
        }

        /** Before this position, newest first. */
        public static Range before(Position position) {
            return new Range(position, true, 0);
        }

        /**
         * The same, in pages of at most so many messages.
         *
         * @param messages from 1; servers allow 100
         */
        public Range limit(int messages) {
            if (messages < 1) {
                throw new IllegalArgumentException("a page has at least one message");
            }
            return new Range(from, reverse, messages);
        }

        Range on(Position next) {
            return new Range(next, reverse, limit);
        }

        JsonWriter write(JsonWriter out) {
            if (from != null) {
                from.write(out, reverse ? "before" : "since");
            }
            out.flagIfSet("reverse", reverse);
            return limit == 0 ? out : out.number("limit", limit);
        }
    }

    static History read(String channel, JsonObject frame) {
        Position head = new Position(frame.needText("epoch"), frame.number("offset", 0));
        List<Message> messages = new ArrayList<>();
        String list = frame.raw("messages");
        for (String text : JsonReader.elements(list == null ? "[]" : list, DEPTH)) {
            JsonObject message = JsonObject.parse(text, DEPTH);
            messages.add(Message.read(channel, new Position(head.epoch(), message.number("offset", 0)), message));
        }
        return new History(head, messages, Position.read(frame.raw("next")));
    }
}
