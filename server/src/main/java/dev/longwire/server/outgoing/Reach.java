// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.outgoing;

import dev.longwire.server.config.AddressRange;
import dev.longwire.server.config.PrivateTargets;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * How far from the public network an address is.
 *
 * <p>IPv6 has one block of public addresses, so what isn't named below as public is not; IPv4 is public but for what IANA's
 * registry of special addresses (RFC 6890) takes out. An IPv4 address inside an IPv6 one is judged as what it is.
 */
enum Reach {
    /** Anybody may be reached there. */
    PUBLIC,
    /** Somebody's own network: this machine, its neighbours. */
    PRIVATE,
    /** Where a server has no business by name: metadata of clouds, the link, groups, nobody. */
    NEVER;

    /**
     * Public as addresses go, and yet a cloud's own door to its machines; or private, with the same behind it: Alibaba's,
     * Amazon's, Azure's.
     */
    private static final List<AddressRange> METADATA = ranges("100.100.100.200", "fd00:ec2::/32", "168.63.129.16");

    private static final List<AddressRange> OWN_NETWORKS =
            ranges("10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1", "fc00::/7");

    private static final List<AddressRange> SPECIAL = ranges(
            "0.0.0.0/8",
            "169.254.0.0/16",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.88.99.0/24",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4",
            "2001::/23",
            "2001:db8::/32",
            "2002::/16",
            "3fff::/20");

    private static final AddressRange GLOBAL_IPV6 = AddressRange.of("2000::/3");

    /** The one prefix of RFC 6052 that leads to public addresses, if what follows is one. */
    private static final AddressRange NAT64 = AddressRange.of("64:ff9b::/96");

    private static final int IPV4_BYTES = 4;

    static Reach of(InetAddress address) {
        if (NAT64.contains(address)) {
            // Not a private network of ours: what translates is somewhere else.
            return of(lastFour(address)) == PUBLIC ? PUBLIC : NEVER;
        }
        if (in(METADATA, address) || in(SPECIAL, address)) {
            return NEVER;
        }
        if (in(OWN_NETWORKS, address)) {
            return PRIVATE;
        }
        if (address.getAddress().length == IPV4_BYTES) {
            return PUBLIC;
        }
        return GLOBAL_IPV6.contains(address) ? PUBLIC : NEVER;
    }

    /**
     * Whether a connection may be opened. A range that was allowed is taken at its word; a name that was allowed may lead
     * to own networks, and never to a cloud's metadata or the link.
     */
    static boolean allows(InetAddress address, String host, PrivateTargets allowed) {
        return switch (of(address)) {
            case PUBLIC -> true;
            case PRIVATE -> allowed.names(host) || allowed.covers(address);
            case NEVER -> allowed.covers(address);
        };
    }

    private static InetAddress lastFour(InetAddress address) {
        byte[] bytes = address.getAddress();
        try {
            return InetAddress.getByAddress(Arrays.copyOfRange(bytes, bytes.length - IPV4_BYTES, bytes.length));
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four bytes are an address", e);
        }
    }

    private static boolean in(List<AddressRange> ranges, InetAddress address) {
        return ranges.stream().anyMatch(range -> range.contains(address));
    }

    private static List<AddressRange> ranges(String... texts) {
        return Stream.of(texts).map(AddressRange::of).toList();
    }
}
