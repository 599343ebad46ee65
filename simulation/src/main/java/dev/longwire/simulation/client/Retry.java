// SPDX-License-Identifier: Apache-2.0
package dev.longwire.simulation.client;

import dev.longwire.protocol.ClientFrame.Call;
import dev.longwire.protocol.ClientFrame.Presence;
import dev.longwire.protocol.ClientFrame.Publish;
import dev.longwire.protocol.ClientFrame.Request;
import dev.longwire.protocol.ClientFrame.Subscribe;
import dev.longwire.protocol.ClientFrame.Unsubscribe;

/** The second copy of a request. */
final class Retry {

    private Retry() {}

    static Request of(Request first) {
        return switch (first) {
            case Publish frame -> new Publish(frame.id(), frame.channel(), frame.payload(), frame.extras(), true);
            case Subscribe frame -> new Subscribe(frame.id(), frame.want(), true);
            case Unsubscribe frame -> new Unsubscribe(frame.id(), frame.channel(), true);
            case Presence frame ->
                new Presence(
                        frame.id(), frame.channel(), frame.action(), frame.state(), frame.since(), frame.after(), true);
            case Call frame -> new Call(frame.id(), frame.method(), frame.payload(), true);
            default -> first;
        };
    }
}
