// SPDX-License-Identifier: Apache-2.0
package dev.longwire.client;

/** A way to a server. */
public enum Via {
    /** One connection for everything. */
    WEBSOCKET,
    /** Requests that the server holds until it has something to say: works where only plain HTTP does. */
    POLL
}
