// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.hub;

import dev.longwire.core.channel.ChannelReply;
import dev.longwire.core.channel.ChannelRequest;
import dev.longwire.core.hook.Question;
import dev.longwire.core.log.Slice;
import dev.longwire.core.rate.Limit;
import dev.longwire.protocol.ClientFrame;
import dev.longwire.protocol.CloseCode;
import dev.longwire.protocol.ErrorCode;
import dev.longwire.protocol.ServerFrame;
import org.jspecify.annotations.Nullable;

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

    /** The answer to a poll is complete: what was written to the carrier is to be sent. The hub has forgotten it. */
    record Finish(Carrier carrier, long seq) implements HubOutput {}

    /** A poll is refused with an HTTP status and does nothing. */
    record Reject(Carrier carrier, ErrorCode code) implements HubOutput {}

    /**
     * A session leaves this hub.
     *
     * @param state null when it stays
     * @param overtaken whether it stays because a later attach has it; else there is none
     */
    record Released(String session, Object asker, byte @Nullable [] state, boolean overtaken) implements HubOutput {}

    /**
     * A limit was hit, and what that means has been said to the client. Only for counting.
     *
     * @param session null where there is none yet
     */
    record LimitHit(Limit limit, @Nullable Session session) implements HubOutput {}

    /** A session has ended for good. */
    record Ended(String session) implements HubOutput {}

    /** An answer for a session that isn't here; where it went, it still may be wanted. */
    record Stray(ChannelReply reply) implements HubOutput {}

    /** Asks who the client is; answered by {@link HubInput.Verified} or {@link HubInput.Denied}. */
    record Verify(Carrier carrier, ClientFrame.Connect connect) implements HubOutput {}

    /** Asks who a session's fresh token speaks for; answered by {@link HubInput.Renewed} or {@link HubInput.Kept}. */
    record Reverify(String session, long turn, ClientFrame.Refresh refresh) implements HubOutput {}

    /**
     * Asks the application's backend; answered by {@link HubInput.Decided}, or the question's deadline passes. The same
     * question comes again from a hub that was read back.
     */
    record Consult(Question question) implements HubOutput {}

    /** A decision for a session that isn't here; where it went, it still may be wanted. */
    record Astray(HubInput.Decided decided) implements HubOutput {}

    /** A request to a channel's owner. */
    record Ask(ChannelRequest request) implements HubOutput {}
}
