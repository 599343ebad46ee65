// SPDX-License-Identifier: Apache-2.0
package dev.longwire.simulation.home;

import dev.longwire.protocol.ClientFrame;

/** The home at its end of a link. */
interface ServerEnd {

    void opened(Link link);

    void came(Link link, ClientFrame frame);

    void heard(Link link);

    void drained(Link link);

    void closed(Link link);
}
