// SPDX-License-Identifier: Apache-2.0
package dev.longwire.simulation.home;

import dev.longwire.core.hub.Carrier;
import dev.longwire.protocol.CloseCode;
import dev.longwire.protocol.ServerFrame;

/** The home's end of a carrier: a connection, or one poll. */
abstract class Peer {

    /** The hub's view of it; another object after each sleep of the hub. */
    Carrier carrier;

    Peer(Carrier carrier) {
        this.carrier = carrier;
    }

    /** The client's link that this belongs to. */
    abstract Link link();

    /**
     * Takes a frame that the hub writes.
     *
     * @param bytes how long it is in the log, where it is a message
     */
    abstract void write(ServerFrame frame, int bytes);

    abstract void close(CloseCode code);

    /** The hub is lost with its end. */
    abstract void lose();

    abstract void probe();

    /** Whether more was written than the peer takes; says so once, until it has drained. */
    abstract boolean becameFull();

    abstract boolean serverGone();
}
