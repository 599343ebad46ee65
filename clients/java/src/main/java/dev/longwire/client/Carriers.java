// SPDX-License-Identifier: Apache-2.0
package dev.longwire.client;

import dev.longwire.client.transport.PollTransport;
import dev.longwire.client.transport.Transport;
import dev.longwire.client.transport.WebSocketTransport;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * Where the server is and how to get there.
 *
 * @param server with the scheme {@code ws} or {@code wss}, and the path of the WebSocket
 * @param http makes the connections
 * @param timeout for opening one
 * @param receiveChars how long what comes at once may be
 * @param routes the ways to use, the best first
 */
record Carriers(URI server, HttpClient http, Duration timeout, int receiveChars, List<Via> routes) {
    private static final String WEBSOCKET_PATH = "/v1/ws";

    Carriers {
        routes = List.copyOf(routes);
        if (routes.isEmpty() || routes.stream().distinct().count() < routes.size()) {
            throw new IllegalArgumentException("ways to connect, each once");
        }
        if (receiveChars < 1024 || timeout.toMillis() < 1) {
            throw new IllegalArgumentException("a limit or time is too small");
        }
    }

    /** @param fresh whether there is no session to come back to */
    Transport make(Via via, boolean fresh) {
        return switch (via) {
            case WEBSOCKET -> new WebSocketTransport(http, server, timeout, receiveChars);
            case POLL -> new PollTransport(http, pollAddress(), receiveChars, fresh);
        };
    }

    private URI pollAddress() {
        String address = server.toString().replaceFirst("^ws", "http");
        int path = address.lastIndexOf(WEBSOCKET_PATH);
        return URI.create(path < 0 ? address : address.substring(0, path) + "/v1/poll");
    }

    /**
     * A server's address as somebody gave it.
     *
     * @throws IllegalArgumentException when it is none
     */
    static URI endpoint(String url) {
        URI given = URI.create(url);
        String scheme = Objects.requireNonNullElse(given.getScheme(), "").toLowerCase(Locale.ROOT);
        boolean http = scheme.equals("http") || scheme.equals("https");
        if ((!http && !scheme.equals("ws") && !scheme.equals("wss")) || given.getHost() == null) {
            throw new IllegalArgumentException("a server's address begins with ws://, wss://, http:// or https://");
        }
        String path = Objects.requireNonNullElse(given.getRawPath(), "").replaceFirst("/+$", "");
        if (!path.endsWith(WEBSOCKET_PATH)) {
            path += WEBSOCKET_PATH;
        }
        String webSocket = http ? scheme.replace("http", "ws") : scheme;
        return URI.create(webSocket + "://" + given.getRawAuthority() + path);
    }
}
