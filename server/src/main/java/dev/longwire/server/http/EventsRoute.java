// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.http;

import dev.longwire.core.api.BackendRequest;
import dev.longwire.core.hub.Carrier;
import dev.longwire.core.hub.HubInput;
import dev.longwire.protocol.ChannelName;
import dev.longwire.protocol.ClientFrame;
import dev.longwire.protocol.ErrorCode;
import dev.longwire.protocol.Want;
import dev.longwire.server.loop.Loop;

/**
 * {@code GET /v1/events?channel=NAME}: the messages of one channel as an event stream, for {@code curl} and {@code
 * EventSource}. {@code Last-Event-ID} is a position.
 */
final class EventsRoute implements Router.Route {

    private final Credentials credentials;

    EventsRoute(Credentials credentials) {
        this.credentials = credentials;
    }

    @Override
    public void handle(Exchange exchange) {
        String channel = exchange.query("channel");
        if (channel == null) {
            exchange.refuse(ErrorCode.MISSING_FIELD, "channel");
            return;
        }
        if (!ChannelName.valid(channel)) {
            exchange.refuse(ErrorCode.BAD_CHANNEL, "channel");
            return;
        }
        Loop loop = exchange.loop();
        StreamLine line = new StreamLine(loop, exchange, true, credentials.of(exchange));
        exchange.watch(line);
        Carrier carrier = loop.carrier(Carrier.Form.STREAM, line);
        line.serve(carrier);
        // Whoever comes with anything else starts at the head, as a stranger would.
        Want want = new Want(channel, BackendRequest.position(exchange.headers().get("Last-Event-ID")), 0, false);
        loop.accept(new HubInput.Opened(carrier));
        loop.accept(new HubInput.Received(carrier, new ClientFrame.Connect(1, null, "events", null, false, null)));
        loop.accept(new HubInput.Received(carrier, new ClientFrame.Subscribe(2, want, false)));
    }
}
