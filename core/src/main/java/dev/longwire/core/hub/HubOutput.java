// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.hub;

import dev.longwire.core.channel.ChannelRequest;
import dev.longwire.core.log.Slice;
import dev.longwire.protocol.ClientFrame;
import dev.longwire.protocol.CloseCode;
import dev.longwire.protocol.ServerFrame;

/** Everything that a hub asks its home to do. */
public sealed interface HubOutput {

    /** Writes one frame. */
    record Send(Carrier carrier, ServerFrame frame) implements HubOutput {}

    /**
     * Writes the same messages to many.
     *
     * @param carriers the first {@code count} entries; the array is the hub's own and valid until the next input
     */
    record Deliver(String channel, String epoch, Carrier.Form form, Slice slice, Carrier[] carriers, int count)
            implements HubOutput {}

    /** Closes the carrier after what has been written. The hub has forgotten it already. */
    record Close(Carrier carrier, CloseCode code) implements HubOutput {}

    /** Asks a silent peer for a sign of life below the protocol (RFC 6455 ping). */
    record Probe(Carrier carrier) implements HubOutput {}

    /** Asks who the client is; answered by {@link HubInput.Verified} or {@link HubInput.Denied}. */
    record Verify(Carrier carrier, ClientFrame.Connect connect) implements HubOutput {}

    /** A request to a channel's owner. */
    record Ask(ChannelRequest request) implements HubOutput {}
}
