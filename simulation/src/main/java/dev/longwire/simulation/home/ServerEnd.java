// SPDX-License-Identifier: Apache-2.0
package dev.longwire.simulation.home;

import dev.longwire.protocol.ClientFrame;

/** The home at its end of a link. */
interface ServerEnd {

    void opened(WsLink link);

    void came(WsLink link, ClientFrame frame);

    void heard(WsLink link);

    void drained(WsLink link);

    void closed(WsLink link);
}
