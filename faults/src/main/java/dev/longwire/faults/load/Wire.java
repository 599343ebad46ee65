// SPDX-License-Identifier: Apache-2.0
package dev.longwire.faults.load;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/** What carries frames for a client, until it breaks. All on one event loop. */
interface Wire {

    /** Who hears from a wire. After {@link #lost} nothing more comes. */
    interface Listener {
        /** Frames can be sent now. */
        void opened();

        void frame(JsonNode frame);

        /** The wire is gone. */
        void lost(String why);

        /** A poll broke: whether it is asked again, or all is given up. */
        boolean again();
    }

    void send(List<String> frames);

    /** Says goodbye to nobody. */
    void cut();

    /** The session's name, as {@code connected} gave it. */
    default void session(String session) {}

    /** Whether nothing at all has been heard since then. */
    boolean silentSince(long nanos);

    /** Time passes; called every now and then. */
    default void tick(long nowNanos) {}
}
