// SPDX-License-Identifier: Apache-2.0
package dev.longwire.simulation.home;

import dev.longwire.protocol.ClientFrame;

/**
 * What a client has with the home in one turn: a connection, or a series of polls. Frames go both ways in their order;
 * what comes arrives at a {@link ClientEnd}.
 */
public interface Link {

    long id();

    void send(ClientFrame frame);

    /** The client wants no more of it. What it has sent is still on its way. */
    void leave();

    boolean alive();

    /** It breaks; each side notices soon, or not until it gets no answer. */
    void cut(boolean clientNotices, boolean serverNotices);

    /** Bytes vanish in these directions from here on, and nobody is told. */
    void goDeaf(boolean up, boolean down);

    /** The client stops reading for a while. */
    void stall(long millis);

    /** Bytes written and not taken yet. */
    int inFlight();

    /** Whether it watches by itself whether the other side lives. */
    boolean selfChecking();
}
