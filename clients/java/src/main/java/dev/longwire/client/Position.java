// SPDX-License-Identifier: Apache-2.0
package dev.longwire.client;

import dev.longwire.client.json.JsonObject;
import dev.longwire.client.json.JsonWriter;
import org.jspecify.annotations.Nullable;

/**
 * A place in a channel's log. A position never names two messages.
 *
 * @param epoch which log it is, since a channel can begin anew
 * @param offset the number of a message, from 1; 0 is before the first
 */
public record Position(String epoch, long offset) {
    public Position {
        if (epoch.isEmpty() || epoch.length() > 128) {
            throw new IllegalArgumentException("an epoch has 1 to 128 characters");
        }
        if (offset < 0 || offset >= 1L << 53) {
            throw new IllegalArgumentException("an offset is from 0 to 2^53 - 1");
        }
    }

    /**
     * Reads what {@link #toString} writes.
     *
     * @param text an epoch, a colon and an offset
     * @throws IllegalArgumentException when it is not that
     */
    public static Position parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon <= 0 || !text.substring(colon + 1).matches("[0-9]{1,16}")) {
            throw new IllegalArgumentException("a position is EPOCH:OFFSET");
        }
        return new Position(text.substring(0, colon), Long.parseLong(text.substring(colon + 1)));
    }

    /** Reads a field that is a position; null when there is none. */
    static @Nullable Position read(@Nullable String raw) {
        if (raw == null || raw.charAt(0) != '{') {
            return null;
        }
        JsonObject position = JsonObject.parse(raw, 2);
        return new Position(position.needText("epoch"), position.number("offset", 0));
    }

    /** Writes a field that is this position. */
    void write(JsonWriter out, String name) {
        out.open(name).text("epoch", epoch).number("offset", offset).close();
    }

    /** {@code epoch:offset}, as event streams write it. */
    @Override
    public String toString() {
        return epoch + ":" + offset;
    }
}
