// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.outgoing;

import java.util.Locale;

/** Why there is no answer. */
public enum Failure {
    /** The name has no address. */
    NAME_UNKNOWN,
    /** The name leads, or one of its addresses does, to where the server may not connect. */
    ADDRESS_REFUSED,
    /** No address took the connection. */
    UNREACHABLE,
    /** No TLS, or not with whom it should be. */
    TLS_FAILED,
    /** The time was over before the answer was complete. */
    TIMEOUT,
    /** The connection ended before the answer was complete. */
    CONNECTION_LOST,
    /** The answer's body, or its head, is longer than it may be. */
    ANSWER_TOO_LARGE,
    /** What came is no answer of HTTP/1.1. */
    ANSWER_MALFORMED,
    /** Too many are waiting already; nothing was sent. */
    BUSY,
    /** This side is going; whether it was received is unknown. */
    STOPPED;

    /** As it stands in documents and metrics. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
