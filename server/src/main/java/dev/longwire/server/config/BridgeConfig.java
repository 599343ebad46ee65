// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.config;

import dev.longwire.core.settings.Quantities;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

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
 * @param sessions that may be open at once; more are refused
 * @param anonymous whether everybody may use it, also where clients say who they are: then it is the upstream that asks
 */
public record BridgeConfig(
        String name,
        URI url,
        List<String> origins,
        List<String> subprotocols,
        List<String> headers,
        long windowMillis,
        int messageBytes,
        int sessions,
        boolean anonymous) {

    /** What can be set under {@code bridges.NAME}. */
    private static final Set<String> KEYS =
            Set.of("url", "origins", "subprotocols", "headers", "window", "message", "sessions", "anonymous");

    /** What belongs to one connection, or to the handshake that we make ourselves (RFC 9110, 7.6.1; RFC 6455, 4.1). */
    private static final Set<String> NOT_PASSED = Set.of(
            "connection",
            "content-length",
            "expect",
            "host",
            "keep-alive",
            "proxy-connection",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade");

    private static final int MOST_MESSAGE = 64 << 20;

    public BridgeConfig {
        origins = List.copyOf(origins);
        subprotocols = List.copyOf(subprotocols);
        headers = List.copyOf(headers);
        String path = "bridges." + name;
        if (!name.matches("[A-Za-z0-9_-]{1,64}")) {
            throw new IllegalArgumentException(path + ": a name is 1 to 64 of A-Za-z0-9_-");
        }
        boolean socket = "ws".equals(url.getScheme()) || "wss".equals(url.getScheme());
        if (!socket || url.getHost() == null || url.getRawFragment() != null || url.getRawUserInfo() != null) {
            throw new IllegalArgumentException(path + ".url must be a ws: or wss: URL with a host");
        }
        if (windowMillis <= 0 || messageBytes <= 0 || sessions <= 0) {
            throw new IllegalArgumentException(path + ": window, message and sessions must be greater than 0");
        }
        if (messageBytes > MOST_MESSAGE) {
            throw new IllegalArgumentException(path + ".message must be at most 64MiB");
        }
        for (String each : headers) {
            String header = each.toLowerCase(Locale.ROOT);
            if (!each.matches("[A-Za-z0-9-]+") || NOT_PASSED.contains(header) || header.startsWith("sec-websocket-")) {
                throw new IllegalArgumentException(path + ".headers: " + each + " can't be passed on");
            }
        }
        for (String each : subprotocols) {
            if (!each.matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+")) {
                throw new IllegalArgumentException(path + ".subprotocols: " + each + " is none");
            }
        }
    }

    /** Whether this can be set of a bridge. */
    static boolean known(String key) {
        return KEYS.contains(key);
    }

    /** A bridge as a configuration has it: values by {@link #known} names, those that are not there being standard. */
    static BridgeConfig of(String name, Map<String, String> values) {
        String path = "bridges." + name;
        String sessions = values.getOrDefault("sessions", "1000").trim();
        if (!sessions.matches("[0-9]{1,9}")) {
            throw new IllegalArgumentException(path + ".sessions is not a whole number");
        }
        String anonymous = values.getOrDefault("anonymous", "false").trim();
        if (!anonymous.matches("true|false")) {
            throw new IllegalArgumentException(path + ".anonymous is neither true nor false");
        }
        return new BridgeConfig(
                name,
                url(path, values.getOrDefault("url", "").trim()),
                list(values.getOrDefault("origins", "")),
                list(values.getOrDefault("subprotocols", "")),
                list(values.getOrDefault("headers", "")),
                quantity(path + ".window", Quantities.millis(values.getOrDefault("window", "2m"))),
                (int) Math.min(
                        Integer.MAX_VALUE,
                        quantity(path + ".message", Quantities.bytes(values.getOrDefault("message", "1MiB")))),
                Integer.parseInt(sessions),
                anonymous.equals("true"));
    }

    private static URI url(String path, String text) {
        try {
            return new URI(text);
        } catch (URISyntaxException wrong) {
            throw new IllegalArgumentException(path + ".url is not a URL", wrong);
        }
    }

    private static long quantity(String path, long value) {
        if (value < 0) {
            throw new IllegalArgumentException(path + " is not a time such as 2m, or a size such as 1MiB");
        }
        return value;
    }

    private static List<String> list(String text) {
        return text.isBlank() ? List.of() : List.of(text.trim().split("[\\s,]+"));
    }
}
