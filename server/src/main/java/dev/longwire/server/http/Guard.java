// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.http;

import dev.longwire.server.config.ServerConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Which names a request may use for this server, and from which pages it may come. Both are compared whole: no patterns,
 * no suffixes.
 */
final class Guard {

    private final ServerConfig config;

    Guard(ServerConfig config) {
        this.config = config;
    }

    /**
     * Whether the {@code Host} is one that this server answers to. Without authentication that is loopback names only,
     * so that no page whose own name was made to point here can talk to it.
     */
    boolean hostAllowed(HttpHeaders headers) {
        List<String> hosts = headers.getAll(HttpHeaderNames.HOST);
        return hosts.size() == 1 && (config.insecure() || config.authenticates() || loopback(name(hosts.get(0))));
    }

    private static String name(String host) {
        int end = host.lastIndexOf(':');
        return end > host.lastIndexOf(']') ? host.substring(0, end) : host;
    }

    private static boolean loopback(String name) {
        return name.equalsIgnoreCase("localhost") || name.equals("127.0.0.1") || name.equals("[::1]");
    }

    /**
     * Whether the request comes from no page, or from one that may use this path.
     *
     * @param own origins of the path's own; empty for the server's
     */
    boolean originAllowed(HttpHeaders headers, List<String> own) {
        List<String> origins = headers.getAll(HttpHeaderNames.ORIGIN);
        List<String> some = own.isEmpty() ? config.origins() : own;
        return origins.isEmpty()
                || origins.size() == 1 && allowed(origins.get(0), some, headers.get(HttpHeaderNames.HOST));
    }

    private static boolean allowed(String origin, List<String> some, @Nullable String host) {
        if (!some.isEmpty()) {
            return some.contains(origin);
        }
        return host != null
                && (origin.equals("http://" + withoutDefault(host, ":80"))
                        || origin.equals("https://" + withoutDefault(host, ":443")));
    }

    /** Browsers leave a scheme's default port out of an origin. */
    private static String withoutDefault(String host, String port) {
        String lower = host.toLowerCase(Locale.ROOT);
        return lower.endsWith(port) ? lower.substring(0, lower.length() - port.length()) : lower;
    }
}
