// SPDX-License-Identifier: Apache-2.0
package dev.longwire.edge.home;

import dev.longwire.core.hub.Carrier;
import dev.longwire.core.hub.HubOutput;
import dev.longwire.protocol.ClientFrame;

/** Somebody waits to be told whether a token is genuine. */
sealed interface Job {

    /** A client that connects. */
    record Door(Carrier carrier, ClientFrame.Connect connect) implements Job {}

    /** A session with a fresh token. */
    record Again(HubOutput.Reverify asked) implements Job {}
}
