// SPDX-License-Identifier: Apache-2.0
package dev.longwire.client;

import dev.longwire.client.json.JsonObject;
import dev.longwire.client.json.JsonWriter;
import java.util.function.Consumer;

/** A frame that wants an answer. It is written anew for every attempt, because it may be a repeat then. */
final class Request {
    /** What becomes of a request when its connection is lost before the answer. */
    enum Fate {
        /** It goes with the connection: the next one states what is wanted in another way. */
        DROPPED,
        /** It is sent again in the same session, which knows what it has run. */
        REPEATED
    }

    private final String type;
    private final String fields;
    private final Fate fate;
    private final Consumer<JsonObject> answered;
    private final Consumer<LongwireException> failed;
    /** Its number in the session; 0 until it goes out. */
    private long id;

    private long sentAt;

    /** @param fields what stands in the frame beside type and id */
    Request(
            String type,
            JsonWriter fields,
            Fate fate,
            Consumer<JsonObject> answered,
            Consumer<LongwireException> failed) {
        this.type = type;
        this.fields = fields.fields();
        this.fate = fate;
        this.answered = answered;
        this.failed = failed;
    }

    long id() {
        return id;
    }

    Fate fate() {
        return fate;
    }

    /** When it first went out. */
    long sentAt() {
        return sentAt;
    }

    /** Whether it says something, rather than asking. */
    boolean publishes() {
        return type.equals("publish");
    }

    /** Goes out as if for the first time, with the number that it keeps. */
    String first(long newId, long nowMillis) {
        id = newId;
        sentAt = nowMillis;
        return frame(false);
    }

    /** Goes out once more. */
    String again() {
        return frame(true);
    }

    private String frame(boolean retry) {
        String start = "{\"type\":\"" + type + "\",\"id\":" + id;
        return start + (fields.isEmpty() ? "" : "," + fields) + (retry ? ",\"retry\":true}" : "}");
    }

    void answer(JsonObject frame) {
        answered.accept(frame);
    }

    void fail(LongwireException cause) {
        failed.accept(cause);
    }
}
