// SPDX-License-Identifier: Apache-2.0
package dev.longwire.simulation.client;

import dev.longwire.protocol.Position;
import dev.longwire.protocol.Want;

/** The application above a model client. */
public interface App {

    /** The client hands a message over. */
    void handed(String client, String channel, Position position);

    /** The client is about to claim a position that it never had. */
    void forged(String client, Want want);
}
