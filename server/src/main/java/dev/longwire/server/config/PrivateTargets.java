// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.config;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What the server may connect to although it isn't public, because an operator says so.
 *
 * @param ranges of addresses
 * @param hosts by name, whatever private address they have
 */
public record PrivateTargets(List<AddressRange> ranges, Set<String> hosts) {

    public static final PrivateTargets NONE = new PrivateTargets(List.of(), Set.of());

    private static final String NAME = "[a-z0-9_]([a-z0-9_-]{0,62})(\\.[a-z0-9_]([a-z0-9_-]{0,62})){0,30}";

    public PrivateTargets {
        ranges = List.copyOf(ranges);
        hosts = Set.copyOf(hosts);
    }

    /**
     * Reads ranges such as {@code 10.0.0.0/8}, addresses and names.
     *
     * @throws IllegalArgumentException when one is nothing of these
     */
    public static PrivateTargets of(List<String> texts) {
        List<AddressRange> ranges = new ArrayList<>();
        Set<String> hosts = new LinkedHashSet<>();
        for (String text : texts) {
            if (text.indexOf('/') >= 0 || AddressRange.address(text) != null) {
                ranges.add(AddressRange.of(text));
            } else if (host(text).matches(NAME)) {
                hosts.add(host(text));
            } else {
                throw new IllegalArgumentException("neither a name nor a range of addresses: " + text);
            }
        }
        return new PrivateTargets(ranges, hosts);
    }

    /** Whether it is in one of the ranges. */
    public boolean covers(InetAddress address) {
        return ranges.stream().anyMatch(range -> range.contains(address));
    }

    /** Whether the name is listed. */
    public boolean names(String host) {
        return hosts.contains(host(host));
    }

    /** Names are the same in upper case, and with the root's dot. */
    private static String host(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }
}
