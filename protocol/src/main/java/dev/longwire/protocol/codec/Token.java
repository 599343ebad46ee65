// SPDX-License-Identifier: Apache-2.0
package dev.longwire.protocol.codec;

/** The smallest part of a message that means something. */
enum Token {
    OPEN_MAP,
    CLOSE_MAP,
    OPEN_LIST,
    CLOSE_LIST,
    /** The name of what comes next in a map. */
    NAME,
    STRING,
    /** A byte string of CBOR. */
    BYTES,
    INTEGER,
    /** A number with a fraction or an exponent. */
    DECIMAL,
    TRUE,
    FALSE,
    NULL,
    /** The message is at its end. */
    END;

    boolean opens() {
        return this == OPEN_MAP || this == OPEN_LIST;
    }

    boolean closes() {
        return this == CLOSE_MAP || this == CLOSE_LIST;
    }
}
