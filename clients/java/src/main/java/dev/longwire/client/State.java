// SPDX-License-Identifier: Apache-2.0
package dev.longwire.client;

/**
 * Where a client stands.
 *
 * <pre>
 *   IDLE ──connect──▶ CONNECTING ──connected──▶ CONNECTED
 *                        ▲   │                     │
 *               time is up   └──lost──▶ RECONNECTING ◀──lost
 *                        └──────────────────┘
 *   any ──close, or the server wants the application to act──▶ CLOSED
 * </pre>
 */
public enum State {
    /** Made, not told to connect yet. Requests wait. */
    IDLE,
    /** A connection is being opened, or the session attached to it. Requests wait. */
    CONNECTING,
    /** The session has a connection. */
    CONNECTED,
    /** The connection is gone; the next attempt comes after a delay. The session lives on at the server for a while. */
    RECONNECTING,
    /** Over for good. Every request that had no answer has failed. */
    CLOSED
}
