// SPDX-License-Identifier: Apache-2.0
package dev.longwire.faults;

import java.util.Locale;

/** What a frame travels in. */
public enum Carriage {
    /** A WebSocket, its upgrade included. */
    WEBSOCKET,

    /** A poll and its answer. */
    POLL,

    /** A poll whose answer is an event stream. */
    STREAM,

    /** Any other HTTP exchange. */
    HTTP,

    /** Bytes that the proxy does not understand, such as TLS or HTTP/2. */
    BYTES;

    /** As rules and logs in JSON write it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
