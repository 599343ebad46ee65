// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.bridge;

import dev.longwire.protocol.bridge.Body;
import dev.longwire.protocol.bridge.Piece;

/** What a home tells a {@link Bridge}. A carrier is whatever the home knows a connection or a poll by. */
public sealed interface BridgeInput {

    /** A WebSocket wants the session; its first body says since which turn. */
    record Attached(Object carrier, Body body) implements BridgeInput {}

    /** A body came on the WebSocket that has the session. */
    record Received(Object carrier, Body body) implements BridgeInput {}

    /** A poll came. */
    record Polled(Object poll, Body body) implements BridgeInput {}

    /** A WebSocket is closed, or whoever polled is gone. */
    record Gone(Object carrier) implements BridgeInput {}

    /** The upstream has accepted. */
    record Opened(String subprotocol) implements BridgeInput {}

    /** The upstream sent a message, or a part of one. */
    record Arrived(Piece.Part part) implements BridgeInput {}

    /** The upstream took so many pieces of those that were forwarded. */
    record Taken(int pieces) implements BridgeInput {}

    /** The upstream is no more, or never was; see {@link Piece.Close} for codes. */
    record Ended(int code, String reason) implements BridgeInput {}

    /** All that was ready has been told: now is the time to speak. */
    record Settle() implements BridgeInput {}

    /** The home goes away. */
    record Shutdown() implements BridgeInput {}
}
