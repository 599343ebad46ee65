// SPDX-License-Identifier: Apache-2.0
package dev.longwire.protocol.codec;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Every field name of the protocol, with what may stand there beside a plain string, number or boolean. */
enum Field {
    TYPE("type"),
    ID("id"),
    CHANNEL("channel"),
    DATA("data", Shape.PAYLOAD),
    DATA64("data64"),
    KEY("key"),
    SLOT("slot"),
    HEADERS("headers", Shape.HEADERS),
    RETRY("retry"),
    OFFSET("offset"),
    EPOCH("epoch"),
    SINCE("since", Shape.MAP),
    BEFORE("before", Shape.MAP),
    LAST("last"),
    LIMIT("limit"),
    REVERSE("reverse"),
    PRESENCE("presence", Shape.SWITCH),
    OBSERVE("observe", Shape.CHANNELS),
    ACTION("action"),
    VERSION("version"),
    AFTER("after"),
    COUNT("count"),
    SYNC("sync"),
    MEMBERS("members", Shape.MESSAGES),
    JOINED("joined", Shape.MESSAGES),
    UPDATED("updated", Shape.MESSAGES),
    LEFT("left", Shape.MESSAGES),
    INFO("info", Shape.PAYLOAD),
    METHOD("method"),
    TOKEN("token"),
    ADD("add"),
    AGENT("agent"),
    NONCE("nonce"),
    BATCH("batch"),
    RESUME("resume", Shape.MAP),
    SESSION("session"),
    TURN("turn"),
    CHANNELS("channels", Shape.CHANNELS),
    CLIENT("client"),
    RESUMED("resumed"),
    USER("user"),
    PING("ping"),
    WINDOW("window"),
    EXPIRES("expires"),
    DEDUPE("dedupe"),
    RECOVERED("recovered"),
    REPLAY("replay"),
    REASON("reason"),
    STORED("stored"),
    DUPLICATE("duplicate"),
    TIME("time"),
    FROM("from"),
    TO("to"),
    OLD("old"),
    MESSAGES("messages", Shape.MESSAGES),
    NEXT("next", Shape.MAP),
    OUTCOME("outcome", Shape.MAP),
    CODE("code"),
    NAME("name"),
    FIELD("field"),
    RECONNECT("reconnect"),
    RETRY_AFTER("retry_after"),
    SEQ("seq"),
    ACK("ack"),
    WAIT("wait"),
    STREAM("stream"),
    FRAMES("frames");

    /** What a field's value is read as. */
    enum Shape {
        PLAIN,
        /** The payload of this format. */
        PAYLOAD,
        /** A map of strings. */
        HEADERS,
        /** A map of fields. */
        MAP,
        /** A boolean, or a map of fields. */
        SWITCH,
        /** A map from channel names to maps of fields; or, from the server, an array of these. */
        CHANNELS,
        /** From the server only: an array of maps of fields. */
        MESSAGES
    }

    private static final Map<String, Field> BY_WIRE = new LinkedHashMap<>();

    static {
        for (Field field : values()) {
            BY_WIRE.put(field.wire, field);
        }
    }

    private final String wire;
    private final Shape shape;

    Field(String wire) {
        this(wire, Shape.PLAIN);
    }

    Field(String wire, Shape shape) {
        this.wire = wire;
        this.shape = shape;
    }

    String wire() {
        return wire;
    }

    Shape shape() {
        return shape;
    }

    static @Nullable Field of(String wire) {
        return BY_WIRE.get(wire);
    }
}
