// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.bridge;

import dev.longwire.protocol.bridge.Piece;
import java.util.List;

/** What a {@link Bridge} wants of its home. */
public sealed interface BridgeOutput {

    /** Send this to the upstream; say when it is taken. */
    record Forward(Piece.Part part) implements BridgeOutput {}

    /** Close the upstream; say when it is closed. Before it is open: give up. */
    record CloseUpstream(int code, String reason) implements BridgeOutput {}

    /** Read the upstream, or leave it unread for now. */
    record Read(boolean wanted) implements BridgeOutput {}

    /**
     * Send this to a WebSocket, or as the answer to a poll, which ends it.
     *
     * @param first whether it is the first of its turn: then it says the limits too
     */
    record Send(Object carrier, ServerHead head, List<Piece> pieces, boolean first) implements BridgeOutput {}

    /** End this carrier, for this reason. */
    record Reject(Object carrier, Refusal refusal) implements BridgeOutput {}

    /** Nothing will come of this session any more: forget it. */
    record Forget() implements BridgeOutput {}

    /**
     * The numbers of a body.
     *
     * @param ack the highest piece of the client that the upstream took
     * @param from the number of the first piece in the body
     * @param pong the number of the ping that this answers; 0 for none
     */
    record ServerHead(long ack, long from, long pong) {}

    /** Why a carrier is not served. */
    enum Refusal {
        /** A later turn has the session. */
        REPLACED,
        /** The numbers don't fit: attach anew, and send again what is unconfirmed. */
        ORDER,
        /** The session ended by its window. */
        GONE
    }
}
