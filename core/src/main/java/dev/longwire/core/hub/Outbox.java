// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.hub;

import dev.longwire.core.channel.ChannelRequest;
import dev.longwire.protocol.CloseCode;
import dev.longwire.protocol.ErrorCode;
import dev.longwire.protocol.ServerFrame;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** What a hub has to say and its home has not taken yet. Empty between turns. */
final class Outbox {

    private final ArrayDeque<HubOutput> queue = new ArrayDeque<>();

    @Nullable HubOutput poll() {
        return queue.poll();
    }

    void add(HubOutput output) {
        queue.add(output);
    }

    void send(Carrier carrier, ServerFrame frame) {
        queue.add(new HubOutput.Send(carrier, frame));
    }

    void error(Carrier carrier, long id, ErrorCode code, @Nullable String field) {
        send(carrier, new ServerFrame.Error(id, code, field, 0));
    }

    void ask(ChannelRequest request) {
        queue.add(new HubOutput.Ask(request));
    }

    /** A goodbye that says why, and then the close. */
    void goodbye(Carrier carrier, CloseCode code, long retryAfterMillis) {
        send(carrier, new ServerFrame.Disconnect(code, retryAfterMillis));
        queue.add(new HubOutput.Close(carrier, code));
    }

    void close(Carrier carrier, CloseCode code) {
        queue.add(new HubOutput.Close(carrier, code));
    }
}
