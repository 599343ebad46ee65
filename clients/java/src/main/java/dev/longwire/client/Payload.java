// SPDX-License-Identifier: Apache-2.0
package dev.longwire.client;

import dev.longwire.client.json.JsonObject;
import dev.longwire.client.json.JsonReader;
import dev.longwire.client.json.JsonWriter;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** What a message says: JSON, kept exactly as it was written, or bytes. Unchangeable. */
public final class Payload {
    /** The server allows 32 levels, and the frame around the payload is one. */
    static final int MAX_DEPTH = 31;

    /** JSON's null. */
    static final Payload NULL = new Payload("null", null);

    private final @Nullable String json;
    private final byte @Nullable [] bytes;

    private Payload(@Nullable String json, byte @Nullable [] bytes) {
        this.json = json;
        this.bytes = bytes;
    }

    /**
     * A payload of JSON.
     *
     * @param text one JSON value; it travels as it is, white space included
     * @throws IllegalArgumentException when it is not JSON, has a name twice in a map, or is nested deeper than 31 levels
     */
    public static Payload json(String text) {
        JsonReader.check(text, MAX_DEPTH);
        return new Payload(text.strip(), null);
    }

    /**
     * A payload that is a JSON string.
     *
     * @throws IllegalArgumentException when it has half of a surrogate pair
     */
    public static Payload text(String text) {
        return new Payload(JsonWriter.quoted(text), null);
    }

    /** A payload of bytes, which are copied. */
    public static Payload bytes(byte[] bytes) {
        return new Payload(null, bytes.clone());
    }

    /** Reads the field {@code data} or {@code data64}; null when there is neither. */
    static @Nullable Payload read(JsonObject frame) {
        String bytes = frame.text("data64");
        if (bytes != null) {
            return new Payload(null, Base64.getDecoder().decode(bytes));
        }
        String json = frame.raw("data");
        return json == null ? null : new Payload(json, null);
    }

    /** Whether it is bytes, not JSON. */
    public boolean isBytes() {
        return bytes != null;
    }

    /**
     * The JSON as it was written.
     *
     * @throws IllegalStateException when it is bytes
     */
    public String json() {
        if (json == null) {
            throw new IllegalStateException("the payload is bytes");
        }
        return json;
    }

    /** The bytes, or the JSON in UTF-8. The array is a new one. */
    public byte[] bytes() {
        if (bytes != null) {
            return bytes.clone();
        }
        return json().getBytes(StandardCharsets.UTF_8);
    }

    /** Writes the field {@code data} or {@code data64}. */
    void write(JsonWriter out) {
        if (bytes != null) {
            out.text("data64", Base64.getEncoder().encodeToString(bytes));
        } else {
            out.raw("data", json());
        }
    }

    /** The JSON as it was written, or how many bytes there are. */
    @Override
    public String toString() {
        return bytes == null ? json() : bytes.length + " bytes";
    }
}
