// SPDX-License-Identifier: Apache-2.0
package dev.longwire.protocol;

import org.jspecify.annotations.Nullable;

/** The codes of {@code error} frames and of refused HTTP requests; made from {@code codes.json}. */
public enum ErrorCode {
    MALFORMED(100, "malformed", "The message is not well-formed JSON or CBOR.", 1007, 0),
    TOO_DEEP(101, "too_deep", "The message is nested deeper than 32 levels.", 1007, 0),
    DUPLICATE_FIELD(102, "duplicate_field", "A map has the same key twice.", 1007, 0),
    NOT_A_FRAME(103, "not_a_frame", "A frame is a map; a message is a frame or an array of frames.", 1007, 0),
    UNKNOWN_TYPE(104, "unknown_type", "There is no frame of this type.", 0, 0),
    MISSING_FIELD(105, "missing_field", "A required field is missing; `field` names it.", 0, 0),
    INVALID_FIELD(106, "invalid_field", "A field has a wrong type or value; `field` names it.", 0, 0),
    BAD_CHANNEL(
            107,
            "bad_channel",
            "A channel name is 1 to 128 characters of A-Za-z0-9_-=@,.;:~/ and names that start with $ are the server's own.",
            0,
            0),
    TOO_LARGE(108, "too_large", "The payload or a field is longer than allowed.", 0, 0),
    ID_IN_USE(109, "id_in_use", "A request with this id has not been answered yet.", 0, 0),
    ALREADY_CONNECTED(110, "already_connected", "This connection has a session already.", 0, 0),
    NOT_SUBSCRIBED(111, "not_subscribed", "The session is not subscribed to this channel.", 0, 0),
    ALREADY_SUBSCRIBED(112, "already_subscribed", "The session is subscribed to this channel already.", 0, 0),
    UNSUPPORTED(113, "unsupported", "This server does not offer this operation.", 0, 0),
    TOO_MANY_REQUESTS(114, "too_many_requests", "Too many requests wait for an answer.", 0, 0),
    CONNECT_REQUIRED(115, "connect_required", "The first frame must be connect or ping.", 4400, 0),
    NOT_PRESENT(116, "not_present", "The session has not entered this channel.", 0, 0),
    UNAUTHORIZED(200, "unauthorized", "The token is missing, invalid or not accepted here.", 4401, 401),
    FORBIDDEN(201, "forbidden", "The session may not do this.", 0, 403),
    RATE_LIMITED(300, "rate_limited", "Too much in too short a time; `retry_after` says when to try again.", 0, 429),
    TOO_MANY_SUBSCRIPTIONS(
            301, "too_many_subscriptions", "The session has as many subscriptions as it may have.", 0, 0),
    OVERLOADED(302, "overloaded", "The server has no room for this now; `retry_after` says when to try again.", 0, 503),
    TOO_MANY_TOKENS(303, "too_many_tokens", "The session has as many added tokens as it may have.", 0, 0),
    TOO_MANY_SESSIONS(
            304,
            "too_many_sessions",
            "The user has as many sessions as a user may have; `retry_after` says when to try again.",
            4204,
            0),
    IDEMPOTENCY_CONFLICT(400, "idempotency_conflict", "The key was used for another payload.", 0, 409),
    OUTCOME_UNKNOWN(401, "outcome_unknown", "Whether the first try of this request ran is not known any more.", 0, 0),
    INTERNAL(500, "internal", "The server failed to do this.", 0, 500),
    UNAVAILABLE(501, "unavailable", "Something the server needs for this can't be reached; try again.", 0, 503),
    NOT_FOUND(600, "not_found", "There is nothing at this path.", 0, 404),
    METHOD_NOT_ALLOWED(601, "method_not_allowed", "This path does not take this method.", 0, 405),
    UPGRADE_REQUIRED(602, "upgrade_required", "This path speaks WebSocket; send an upgrade request.", 0, 426),
    BAD_UPGRADE(603, "bad_upgrade", "The upgrade request is not a valid WebSocket handshake.", 0, 400),
    UNKNOWN_SUBPROTOCOL(604, "unknown_subprotocol", "None of the offered subprotocols is spoken here.", 0, 400),
    ORIGIN_NOT_ALLOWED(605, "origin_not_allowed", "Pages of this origin may not use this server.", 0, 403),
    HOST_NOT_ALLOWED(
            606, "host_not_allowed", "Without authentication the server answers to loopback names only.", 0, 403),
    BAD_REQUEST(607, "bad_request", "The HTTP request is malformed.", 0, 400),
    BODY_TOO_LARGE(608, "body_too_large", "The request body is longer than allowed.", 0, 413),
    UNSUPPORTED_MEDIA_TYPE(
            609, "unsupported_media_type", "The body's media type or encoding is not accepted here.", 0, 415),
    SHUTTING_DOWN(610, "shutting_down", "The server is going away; `Retry-After` says when to try again.", 0, 503),
    POLL_SUPERSEDED(611, "poll_superseded", "A newer request of this session took this one's place.", 0, 409),
    SESSION_GONE(612, "session_gone", "There is no such session, or it has ended.", 0, 404),
    REQUEST_TIMEOUT(613, "request_timeout", "The request did not arrive in time.", 0, 408),
    TOKEN_IN_URL(
            614,
            "token_in_url",
            "A token must not stand in a URL: use a header, the connect frame, or a ticket.",
            0,
            400),
    OUT_OF_ORDER(
            620, "out_of_order", "The numbers of this body don't follow what came before; begin a new turn.", 0, 409);

    private final int number;
    private final String wire;
    private final String text;
    private final int closeNumber;
    private final int http;

    ErrorCode(int number, String wire, String text, int closeNumber, int http) {
        this.number = number;
        this.wire = wire;
        this.text = text;
        this.closeNumber = closeNumber;
        this.http = http;
    }

    /** The code of this number, or null. */
    public static @Nullable ErrorCode of(int number) {
        for (ErrorCode code : values()) {
            if (code.number == number) {
                return code;
            }
        }
        return null;
    }

    public int number() {
        return number;
    }

    /** Its name on the wire. */
    public String wire() {
        return wire;
    }

    /** One fixed sentence for people. */
    public String text() {
        return text;
    }

    /** The number that the connection closes with after this; 0 when it goes on. */
    public int closeNumber() {
        return closeNumber;
    }

    /** What the connection closes with after this; null when it goes on. */
    public @Nullable CloseCode close() {
        return CloseCode.of(closeNumber);
    }

    /** The HTTP status that goes with it; 0 when it never answers an HTTP request as a whole. */
    public int http() {
        return http;
    }
}
