// SPDX-License-Identifier: Apache-2.0
package dev.longwire.client;

import dev.longwire.client.json.JsonObject;
import dev.longwire.client.json.JsonWriter;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A message of a channel.
 *
 * @param channel the channel
 * @param position where it stands in the channel's log; offsets of an epoch rise by one
 * @param timeMillis when the server took it, in milliseconds since 1970; for people, it may step back
 * @param from the user who published it, or null when that is nobody known
 * @param client the public id of the session that published it
 * @param slot the key of conflation, or null
 * @param headers what the publisher said about it; in no order
 * @param payload what it says
 */
public record Message(
        String channel,
        Position position,
        long timeMillis,
        @Nullable String from,
        @Nullable String client,
        @Nullable String slot,
        Map<String, String> headers,
        Payload payload)
        implements ChannelEvent {

    static Message read(String channel, Position position, JsonObject frame) {
        return new Message(
                channel,
                position,
                frame.number("time", 0),
                frame.text("from"),
                frame.text("client"),
                frame.text("slot"),
                frame.texts("headers"),
                Objects.requireNonNullElse(Payload.read(frame), Payload.NULL));
    }

    /**
     * One line of JSON with {@code channel}, {@code epoch}, {@code offset}, {@code time}, {@code from}, {@code client},
     * {@code slot} (if any), {@code headers} and {@code data} ({@code data64} for bytes).
     */
    public String toJson() {
        JsonWriter out = new JsonWriter()
                .text("channel", channel)
                .text("epoch", position.epoch())
                .number("offset", position.offset())
                .number("time", timeMillis)
                .text("from", from)
                .text("client", client)
                .textIfAny("slot", slot)
                .texts("headers", headers);
        payload.write(out);
        // A payload may have line breaks between its tokens, where a space says the same; inside strings they are
        // escaped.
        return out.end().replace('\n', ' ').replace('\r', ' ');
    }
}
