// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Map;

/**
 * Clients that do nothing wrong beside one that does: a publisher, a subscriber of each format, on the channel {@code
 * bystanders}. Whatever is done to the server, they get every message in order.
 */
final class Bystanders implements AutoCloseable {

    static final int SESSIONS = 3;

    private final Peer publisher;
    private final Peer json;
    private final Peer cbor;
    private long offset;
    private long id = 10;

    Bystanders(int port) throws IOException {
        publisher = Peer.session(port, Peer.JSON);
        json = subscriber(port, Peer.JSON);
        cbor = subscriber(port, Peer.CBOR);
    }

    private static Peer subscriber(int port, String subprotocol) throws IOException {
        Peer peer = Peer.session(port, subprotocol);
        peer.send("{\"type\":\"subscribe\",\"id\":2,\"channel\":\"bystanders\"}");
        peer.expect("subscribed");
        return peer;
    }

    /** Another message comes to everybody, and it is the one after the last. */
    void areWell() throws IOException {
        offset++;
        publisher.send("{\"type\":\"publish\",\"id\":" + ++id + ",\"channel\":\"bystanders\",\"data\":" + offset + "}");
        assertThat(publisher.expect("published")).containsEntry("offset", offset);
        Map<String, Object> message = json.expect("message");
        assertThat(message).containsEntry("offset", offset).containsEntry("data", offset);
        assertThat(cbor.expect("message")).containsEntry("offset", offset).containsEntry("data", "" + offset);
    }

    @Override
    public void close() throws IOException {
        publisher.close();
        json.close();
        cbor.close();
    }
}
