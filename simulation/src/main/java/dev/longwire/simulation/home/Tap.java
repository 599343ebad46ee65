// SPDX-License-Identifier: Apache-2.0
package dev.longwire.simulation.home;

import dev.longwire.protocol.ClientFrame;
import dev.longwire.protocol.ServerFrame;

/** Sees what a client sends and what reaches it. */
public interface Tap {

    void sent(Link link, ClientFrame frame);

    /** What was sent goes on its way once more, as it is. */
    void sentAgain(Link link, ClientFrame frame);

    void saw(Link link, ServerFrame frame);
}
