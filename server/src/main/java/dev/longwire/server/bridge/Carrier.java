// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.bridge;

import dev.longwire.core.bridge.BridgeOutput.Refusal;
import dev.longwire.protocol.ErrorCode;

/** A connection or a poll of a client of a bridge. Its methods may be called on any thread. */
public interface Carrier {

    /** Sends a body; a poll ends with it. */
    void send(byte[] body);

    /** The session does not go on here. */
    void reject(Refusal refusal);

    /** There will be no session. */
    void refuse(ErrorCode code);
}
