// SPDX-License-Identifier: Apache-2.0
package dev.longwire.protocol;

import org.jspecify.annotations.Nullable;

/** Why a connection closes; made from {@code codes.json}. The number's range says what a client does next. */
public enum CloseCode {
    NORMAL(1000, "normal", "The client said goodbye.", Reconnect.NO),
    PROTOCOL_ERROR(1002, "protocol_error", "The peer broke RFC 6455.", Reconnect.NO),
    UNSUPPORTED_DATA(
            1003, "unsupported_data", "Text on a CBOR connection, or bytes on a JSON connection.", Reconnect.NO),
    INVALID_PAYLOAD(
            1007, "invalid_payload", "The message is not valid UTF-8, JSON, CBOR or not a frame.", Reconnect.NO),
    POLICY(1008, "policy", "The peer broke a rule of this server.", Reconnect.NO),
    TOO_BIG(1009, "too_big", "A message is longer than allowed.", Reconnect.NO),
    SHUTDOWN(4000, "shutdown", "The server is going away; come back after `retry_after`.", Reconnect.SAME),
    SLOW(4001, "slow", "The client reads too slowly; the log keeps what it missed for a while.", Reconnect.SAME),
    SILENT(4002, "silent", "No byte and no progress for the ping interval and 8 s.", Reconnect.SAME),
    MOVED(4003, "moved", "The session is elsewhere; come back.", Reconnect.SAME),
    CONNECT_TIMEOUT(4200, "connect_timeout", "No first frame within the deadline.", Reconnect.FRESH),
    EXPIRED(4201, "expired", "The session has ended: it was away for too long.", Reconnect.FRESH),
    REPLACED(4202, "replaced", "A later attach of the same session took this one's place.", Reconnect.FRESH),
    FAILED(4203, "failed", "The server could not go on with this session.", Reconnect.FRESH),
    BUSY(4204, "busy", "The server takes no more connections now.", Reconnect.FRESH),
    POLL_ORDER(4205, "poll_order", "A poll's seq or ack is outside the window.", Reconnect.FRESH),
    CONNECT_FIRST(4400, "connect_first", "The first frame was not connect or ping.", Reconnect.NO),
    UNAUTHORIZED(4401, "unauthorized", "The token was not accepted.", Reconnect.NO),
    TOKEN_EXPIRED(4402, "token_expired", "The token has expired and was not refreshed.", Reconnect.NO),
    KICKED(4403, "kicked", "An administrator closed the session.", Reconnect.NO),
    REVOKED(4404, "revoked", "The token, its user or the session was revoked.", Reconnect.NO);

    /** Whether to come back, and as whom. */
    public enum Reconnect {
        /** Not until the application has acted. */
        NO,
        /** With the same session. */
        SAME,
        /** With backoff and a fresh session; channels still recover by position. */
        FRESH
    }

    private final int number;
    private final String wire;
    private final String text;
    private final Reconnect reconnect;

    CloseCode(int number, String wire, String text, Reconnect reconnect) {
        this.number = number;
        this.wire = wire;
        this.text = text;
        this.reconnect = reconnect;
    }

    /** The code of this number, or null. */
    public static @Nullable CloseCode of(int number) {
        for (CloseCode code : values()) {
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

    public Reconnect reconnect() {
        return reconnect;
    }
}
