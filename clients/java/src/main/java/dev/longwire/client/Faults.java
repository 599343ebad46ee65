// SPDX-License-Identifier: Apache-2.0
package dev.longwire.client;

import dev.longwire.client.json.JsonObject;
import dev.longwire.client.transport.Transport;

/** Puts what went wrong into words, and says what a close code advises. */
final class Faults {
    /** What to do about a connection that has ended. */
    enum Advice {
        /** Come back to the same session. */
        SAME,
        /** Come back with a new session. */
        FRESH,
        /** The application must act first. */
        STOP
    }

    private Faults() {}

    static Advice advice(int closeCode) {
        return switch (closeCode) {
            case 1002, 1003, 1007, 1008, 1009 -> Advice.STOP;
            default -> {
                if (closeCode >= 4400 && closeCode < 4600) {
                    yield Advice.STOP;
                }
                yield closeCode >= 4200 && closeCode < 4400 ? Advice.FRESH : Advice.SAME;
            }
        };
    }

    /** Whether a handshake that was refused like this will be refused again. */
    static Advice adviceOnStatus(int status) {
        boolean later = status == 408 || status == 425 || status == 429;
        return status >= 400 && status < 500 && !later ? Advice.STOP : Advice.SAME;
    }

    /** What the server's last word advises, a close code or an error's. */
    static Advice adviceOnWord(int code) {
        // Limits and troubles of the server pass; anything else the application has to change.
        boolean asked = code > 0 && code < 300 || code == 400;
        return asked ? Advice.STOP : advice(code);
    }

    /** Whether the server closes after this error, so that it says why. */
    static boolean precedesAClose(int code) {
        return code >= 100 && code <= 103 || code == 115;
    }

    /** From an {@code error} frame. */
    static LongwireException error(JsonObject frame) {
        String name = frame.text("name");
        String reason = frame.text("reason");
        return new LongwireException(
                (int) frame.number("code", 0),
                name == null ? "error" : name,
                reason == null ? "" : reason,
                frame.text("field"),
                frame.number("retry_after", 0));
    }

    /** From a {@code disconnect} frame. */
    static LongwireException goodbye(JsonObject frame) {
        String name = frame.text("reason");
        return new LongwireException(
                (int) frame.number("code", 0),
                name == null ? "disconnect" : name,
                "the server said goodbye",
                null,
                frame.number("retry_after", 0));
    }

    static LongwireException closed(int closeCode) {
        return new LongwireException(
                closeCode, LongwireException.CONNECTION_LOST, "the connection was closed with code " + closeCode);
    }

    static LongwireException failed(Transport.Failure failure) {
        String name = failure.status() == 0 ? LongwireException.CONNECTION_LOST : LongwireException.REFUSED;
        return new LongwireException(0, name, failure.text(), null, failure.retryAfterMillis());
    }

    static LongwireException lost(String why) {
        return new LongwireException(0, LongwireException.CONNECTION_LOST, why);
    }

    /** @param sent whether it may have happened */
    static LongwireException timeout(boolean sent) {
        return new LongwireException(
                0, LongwireException.TIMEOUT, sent ? "no answer came in time" : "it could not be sent in time");
    }

    static LongwireException tokenFailed(Throwable failure) {
        LongwireException word = new LongwireException(
                0, LongwireException.TOKEN_FAILED, "the application had no token to connect with");
        word.initCause(failure);
        return word;
    }

    static LongwireException closedClient() {
        return new LongwireException(0, LongwireException.CLOSED, "the client is closed");
    }

    static LongwireException outcomeUnknown() {
        return new LongwireException(
                401,
                "outcome_unknown",
                "The session was lost before the answer, and nobody else may repeat the request.");
    }
}
