// SPDX-License-Identifier: Apache-2.0
package dev.longwire.client;

import org.jspecify.annotations.Nullable;

/**
 * Why a request failed, or a connection or a client ended: an error or close code of the protocol, or one of the client's
 * own. The own ones have the code 0: {@code closed}, {@code outbox_full}, {@code refused} (by HTTP),
 * {@code timeout}, {@code token_failed} and {@code connection_lost}.
 */
public final class LongwireException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** The client has been closed. */
    public static final String CLOSED = "closed";
    /** The outbox has no room: see {@link Client#room()}. */
    public static final String OUTBOX_FULL = "outbox_full";
    /** The server, or something before it, refused the connection with an HTTP status. */
    public static final String REFUSED = "refused";
    /** The server can't be reached, or the connection broke or fell silent. */
    public static final String CONNECTION_LOST = "connection_lost";

    /** No answer in time. A request that had been sent may have been carried out. */
    public static final String TIMEOUT = "timeout";

    /** The application's source of tokens failed; its error is the cause. */
    public static final String TOKEN_FAILED = "token_failed";

    private final int code;
    private final String name;
    private final @Nullable String field;
    private final long retryAfterMillis;

    LongwireException(int code, String name, String reason) {
        this(code, name, reason, null, 0);
    }

    LongwireException(int code, String name, String reason, @Nullable String field, long retryAfterMillis) {
        super(reason.isEmpty() ? name : name + ": " + reason);
        this.code = code;
        this.name = name;
        this.field = field;
        this.retryAfterMillis = retryAfterMillis;
    }

    /** The number of the protocol, or 0. Numbers are stable. */
    public int code() {
        return code;
    }

    /** The name that belongs to the number. Names are stable. */
    public String name() {
        return name;
    }

    /** The field of the request at fault, where the server named it. */
    public @Nullable String field() {
        return field;
    }

    /** When to try again, in milliseconds from the answer; 0 when nothing was said. */
    public long retryAfterMillis() {
        return retryAfterMillis;
    }
}
