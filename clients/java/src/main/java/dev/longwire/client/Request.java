// SPDX-License-Identifier: Apache-2.0
package dev.longwire.client;

import dev.longwire.client.json.JsonObject;
import dev.longwire.client.json.JsonWriter;
import java.util.function.Consumer;

/** A frame that wants an answer. It is written anew for every attempt, because it may be a repeat then. */
final class Request {
    /** What becomes of a request when its connection, or its session, is lost before the answer. */
    enum Kind {
        /** It goes with the connection: the next one states what is wanted in another way. */
        ATTACHED,
        /** It is said again, in a new session too. */
        READ,
        /** It is said again; in a new session only where its key is known there. */
        PUBLISH,
        /** It is said again in the same session; in another one it could run twice. */
        CALL
    }

    private final String type;
    private final String fields;
    private final Kind kind;
    private final long expiresAt;
    private final Consumer<JsonObject> answered;
    private final Consumer<LongwireException> failed;
    /** Its number in the session; 0 until it goes out. */
    private long id;

    private long sentAt;

    /**
     * @param fields what stands in the frame beside type and id
     * @param expiresAt when it fails without an answer
     */
    Request(
            What what,
            JsonWriter fields,
            long expiresAt,
            Consumer<JsonObject> answered,
            Consumer<LongwireException> failed) {
        this.type = what.type();
        this.kind = what.kind();
        this.fields = fields.fields();
        this.expiresAt = expiresAt;
        this.answered = answered;
        this.failed = failed;
    }

    /**
     * What a request is.
     *
     * @param type as it stands in the frame
     */
    record What(String type, Kind kind) {}

    /** One that goes with its connection, and is not waited for. */
    static Request attached(
            String type, JsonWriter fields, Consumer<JsonObject> answered, Consumer<LongwireException> failed) {
        return new Request(new What(type, Kind.ATTACHED), fields, Alarm.NEVER, answered, failed);
    }

    long id() {
        return id;
    }

    Kind kind() {
        return kind;
    }

    long expiresAt() {
        return expiresAt;
    }

    /** When it first went out. */
    long sentAt() {
        return sentAt;
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
