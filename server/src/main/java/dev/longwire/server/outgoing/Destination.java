// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.outgoing;

import dev.longwire.server.config.PrivateTargets;
import java.net.URI;

/**
 * Where requests go, as an operator configured it, and what that may cost.
 *
 * @param url {@code http:} or {@code https:}
 * @param allowed what need not be public
 * @param connections at once
 * @param waiting requests that have no connection yet; more are refused as busy
 * @param answerBytes of an answer's body; more fails
 */
public record Destination(URI url, PrivateTargets allowed, int connections, int waiting, int answerBytes) {

    private static final int TLS_PORT = 443;
    private static final int PLAIN_PORT = 80;

    public Destination {
        if (!fits(url)) {
            throw new IllegalArgumentException("must be an http: or https: URL with a host, and without a user");
        }
        if (connections <= 0 || waiting < 0 || answerBytes < 0) {
            throw new IllegalArgumentException("there must be a connection");
        }
    }

    /** Whether it is a URL that requests can go to. */
    public static boolean fits(URI url) {
        boolean http = "http".equalsIgnoreCase(url.getScheme()) || "https".equalsIgnoreCase(url.getScheme());
        return http
                && url.getHost() != null
                && url.getPort() <= 65_535
                && url.getPort() != 0
                && url.getRawUserInfo() == null
                && url.getRawFragment() == null;
    }

    boolean secure() {
        return "https".equalsIgnoreCase(url.getScheme());
    }

    /** Without the brackets of an IPv6 address. */
    String host() {
        String host = url.getHost();
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    int port() {
        return url.getPort() > 0 ? url.getPort() : secure() ? TLS_PORT : PLAIN_PORT;
    }

    /** What the request says of it (RFC 9112, 3.2). */
    String authority() {
        return url.getPort() > 0 ? url.getHost() + ":" + url.getPort() : url.getHost();
    }

    /** What the request asks for (RFC 9112, 3.2.1). */
    String path() {
        String path = url.getRawPath().isEmpty() ? "/" : url.getRawPath();
        return url.getRawQuery() == null ? path : path + "?" + url.getRawQuery();
    }

    /** Without path and query: those may be secrets. */
    @Override
    public String toString() {
        return url.getScheme() + "://" + authority();
    }
}
