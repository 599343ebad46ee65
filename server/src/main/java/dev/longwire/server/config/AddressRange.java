// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.config;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Addresses that begin alike (CIDR, RFC 4632): {@code 10.0.0.0/8}, {@code 2001:db8::/32}, or one address. An IPv4 address
 * that was written as IPv6 ({@code ::ffff:10.0.0.1}) is the IPv4 address.
 */
public final class AddressRange {

    private final byte[] begin;
    private final int bits;
    private final String text;

    private AddressRange(byte[] begin, int bits, String text) {
        this.begin = begin;
        this.bits = bits;
        this.text = text;
    }

    /**
     * The range as it is written.
     *
     * @throws IllegalArgumentException when it is none
     */
    public static AddressRange of(String text) {
        int slash = text.indexOf('/');
        String length = slash < 0 ? "" : text.substring(slash + 1);
        InetAddress address = address(slash < 0 ? text : text.substring(0, slash));
        if (address == null || slash >= 0 && !length.matches("[0-9]{1,3}")) {
            throw new IllegalArgumentException("not a range of addresses such as 10.0.0.0/8: " + text);
        }
        byte[] begin = address.getAddress();
        int most = begin.length * 8;
        int bits = slash < 0 ? most : Integer.parseInt(length);
        if (bits > most) {
            throw new IllegalArgumentException("an address has no " + bits + " bits: " + text);
        }
        return new AddressRange(begin, bits, text);
    }

    /** An address as it is written, without a name being looked up; null when it is none. */
    public static @Nullable InetAddress address(String text) {
        byte[] bytes = NetUtil.createByteArrayFromIpAddressString(text);
        try {
            // A mapped address comes out as the IPv4 address that it is.
            return bytes == null ? null : InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four or sixteen bytes are an address", e);
        }
    }

    /** Whether the address is in it. */
    public boolean contains(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (bytes.length != begin.length) {
            return false;
        }
        int whole = bits / 8;
        int mask = 0xFF00 >> bits % 8 & 0xFF;
        return Arrays.equals(bytes, 0, whole, begin, 0, whole)
                && (mask == 0 || (bytes[whole] & mask) == (begin[whole] & mask));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof AddressRange range && range.bits == bits && Arrays.equals(range.begin, begin);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(begin) * 31 + bits;
    }

    @Override
    public String toString() {
        return text;
    }
}
