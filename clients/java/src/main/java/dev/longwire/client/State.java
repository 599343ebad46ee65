// SPDX-License-Identifier: Apache-2.0
package dev.longwire.client;

/**
 * Where a client stands.
 *
 * <pre>
 *   IDLE ──connect──▶ CONNECTING ──attached──▶ CONNECTED ──lost──▶ RECONNECTING
 *                      attempts                    ▲                 attempts
 *                                                  └─────attached───────┘
 *   any ──close, or the server wants the application to act──▶ CLOSED
 * </pre>
 */
public enum State {
    /** Made, not told to connect yet. Requests wait. */
    IDLE,
    /** There was no session yet; attempts are made, with delays between them. Requests wait. */
    CONNECTING,
    /** The session has a connection; it may change from one way to a better one. */
    CONNECTED,
    /** The connection is gone; attempts are made to come back to the session, which lives on at the server for a while. */
    RECONNECTING,
    /** Over for good. Every request that had no answer has failed. */
    CLOSED
}
