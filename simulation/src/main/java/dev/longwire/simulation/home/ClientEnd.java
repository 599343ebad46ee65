// SPDX-License-Identifier: Apache-2.0
package dev.longwire.simulation.home;

import dev.longwire.protocol.CloseCode;
import dev.longwire.protocol.ServerFrame;
import org.jspecify.annotations.Nullable;

/** The client at its end of a link. */
public interface ClientEnd {

    void came(Link link, ServerFrame frame);

    /**
     * The link is gone.
     *
     * @param code null when nobody said why
     */
    void closed(Link link, @Nullable CloseCode code);
}
