// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.config;

import java.util.List;

/**
 * Who gets as far as a request, and how many. Whoever is one too many gets 503 {@code overloaded} for an answer, and the
 * connection closes.
 *
 * @param origins origins of pages that may connect, exactly as browsers send them; empty for the server's own only
 * @param trusted proxies that are believed when they say whom they speak for
 * @param proxyProtocol whether these begin their connections with a header of the PROXY protocol
 * @param connections that may be open; 0 for any number
 * @param perAddress of one client's address, behind a trusted proxy its requests under way; 0 for any number
 * @param perUser sessions of one user, attached or waiting; 0 for any number
 * @param perSecond connections that are taken in a second, a second's worth at once; 0 for any number
 */
public record GateLimits(
        List<String> origins,
        List<AddressRange> trusted,
        boolean proxyProtocol,
        int connections,
        int perAddress,
        int perUser,
        int perSecond) {

    public static final GateLimits DEFAULT = new GateLimits(List.of(), List.of(), false, 100_000, 10_000, 100, 0);

    public GateLimits {
        origins = List.copyOf(origins);
        trusted = List.copyOf(trusted);
        for (String origin : origins) {
            // An upper-case name would match nothing: browsers send lower case.
            if (!origin.equals("null") && !origin.matches("[a-z][a-z0-9+.-]*://[^/\\sA-Z]+")) {
                throw new IllegalArgumentException("not an origin such as https://example.com: " + origin);
            }
        }
        if (proxyProtocol && trusted.isEmpty()) {
            throw new IllegalArgumentException("proxy_protocol needs trusted_proxies: anybody could say anything");
        }
        if (connections < 0 || perAddress < 0 || perUser < 0 || perSecond < 0) {
            throw new IllegalArgumentException("limits of connections must not be negative");
        }
    }

    GateLimits withOrigins(List<String> others) {
        return new GateLimits(others, trusted, proxyProtocol, connections, perAddress, perUser, perSecond);
    }
}
