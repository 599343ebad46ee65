// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.config;

import java.net.URI;
import java.util.List;

/**
 * A way to somebody else's WebSocket server, at {@code /v1/bridge/NAME}.
 *
 * @param name in the path
 * @param url of the upstream, {@code ws:} or {@code wss:}; the client's query is added unless it has one
 * @param origins of pages that may use it; empty for those that may use the server
 * @param subprotocols that clients may offer to the upstream; empty for any
 * @param headers of the client's request that the upstream gets too
 * @param windowMillis how long it is kept without its client
 * @param messageBytes of a message in either direction; longer closes with 1009
 */
public record BridgeConfig(
        String name,
        URI url,
        List<String> origins,
        List<String> subprotocols,
        List<String> headers,
        long windowMillis,
        int messageBytes) {

    public BridgeConfig {
        origins = List.copyOf(origins);
        subprotocols = List.copyOf(subprotocols);
        headers = List.copyOf(headers);
        if (!name.matches("[A-Za-z0-9_-]{1,64}")) {
            throw new IllegalArgumentException("bridges." + name + ": a name is 1 to 64 of A-Za-z0-9_-");
        }
        boolean socket = "ws".equals(url.getScheme()) || "wss".equals(url.getScheme());
        if (!socket || url.getHost() == null || url.getRawFragment() != null || url.getRawUserInfo() != null) {
            throw new IllegalArgumentException("bridges." + name + ".url must be a ws: or wss: URL with a host");
        }
        if (windowMillis <= 0 || messageBytes <= 0) {
            throw new IllegalArgumentException("bridges." + name + ": window and message must be greater than 0");
        }
    }
}
