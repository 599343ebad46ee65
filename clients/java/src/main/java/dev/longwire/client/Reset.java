// SPDX-License-Identifier: Apache-2.0
package dev.longwire.client;

import dev.longwire.client.json.JsonWriter;

/**
 * Messages are lost, or the log is another one: what came before and what comes next do not join. Without a reset nothing
 * is ever missing between two messages.
 *
 * <p>In one epoch, the messages after {@code before} up to and including {@code after} will not come ({@code conflated}:
 * some of them may).
 *
 * @param channel the channel
 * @param reason {@code trimmed}, {@code too_slow}, {@code conflated}, {@code bus}, {@code epoch_changed}; or why a position
 *     could not be resumed: {@code too_old}, {@code ahead}, {@code unknown}, {@code not_authorised}
 * @param before the last position before the gap
 * @param after the position after which messages follow
 */
public record Reset(String channel, String reason, Position before, Position after) implements ChannelEvent {
    /** One line of JSON: {@code {"reset":REASON,"channel":…,"before":{…},"after":{…}}}. */
    public String toJson() {
        JsonWriter out = new JsonWriter().text("reset", reason).text("channel", channel);
        position(out, "before", before);
        position(out, "after", after);
        return out.end();
    }

    private static void position(JsonWriter out, String name, Position position) {
        out.open(name)
                .text("epoch", position.epoch())
                .number("offset", position.offset())
                .close();
    }
}
