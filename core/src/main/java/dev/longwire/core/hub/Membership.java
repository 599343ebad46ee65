// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.hub;

import dev.longwire.core.deadline.Timed;
import dev.longwire.protocol.Payload;
import org.jspecify.annotations.Nullable;

/** That a session has entered a channel. It stands in a list of time-outs while its session has no carrier. */
final class Membership extends Timed {

    final Session session;

    /** The name of the log of the channel's presence. */
    final String log;

    @Nullable
    Payload data;

    /** Whether the channel's owner counts on this hub for it; else it is to be told when the session is back. */
    boolean held;

    Membership(Session session, String log) {
        this.session = session;
        this.log = log;
    }
}
