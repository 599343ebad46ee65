// SPDX-License-Identifier: Apache-2.0
package dev.longwire.simulation.client;

import dev.longwire.protocol.ClientFrame.Call;
import dev.longwire.protocol.ClientFrame.Publish;
import dev.longwire.protocol.ClientFrame.Request;
import dev.longwire.simulation.home.Link;
import org.jspecify.annotations.Nullable;

/** A request that has no answer yet. */
final class Asked {

    final Request frame;

    /** Whether more was asked at once than may be. */
    boolean impolite;

    boolean sent;

    /** The connection that it was sent on last. */
    @Nullable
    Link on;

    Asked(Request frame) {
        this.frame = frame;
    }

    /** Whether it must not be asked again in another session, where nothing tells that it has run. */
    boolean once(@Nullable String user) {
        return frame instanceof Call
                || frame instanceof Publish publish
                        && (user == null || publish.extras().key() == null);
    }

    /** The server keeps answers for as many requests as a client may have open, and for no more. */
    boolean tooMany() {
        return impolite && sent && (frame instanceof Publish || frame instanceof Call);
    }
}
