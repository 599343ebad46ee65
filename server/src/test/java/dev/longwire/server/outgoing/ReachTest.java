// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.outgoing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.longwire.server.config.PrivateTargets;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which addresses the server may connect to by itself, and which an operator can allow. */
final class ReachTest {

    @ParameterizedTest
    @CsvSource({
        // First and last of every block, and their neighbours.
        "0.0.0.0, NEVER",
        "0.255.255.255, NEVER",
        "1.0.0.0, PUBLIC",
        "9.255.255.255, PUBLIC",
        "10.0.0.0, PRIVATE",
        "10.255.255.255, PRIVATE",
        "11.0.0.0, PUBLIC",
        "100.63.255.255, PUBLIC",
        "100.64.0.0, PRIVATE",
        "100.100.100.200, NEVER",
        "100.127.255.255, PRIVATE",
        "100.128.0.0, PUBLIC",
        "126.255.255.255, PUBLIC",
        "127.0.0.0, PRIVATE",
        "127.0.0.1, PRIVATE",
        "127.255.255.255, PRIVATE",
        "128.0.0.0, PUBLIC",
        "168.63.129.15, PUBLIC",
        "168.63.129.16, NEVER",
        "169.253.255.255, PUBLIC",
        "169.254.0.0, NEVER",
        "169.254.169.254, NEVER",
        "169.254.255.255, NEVER",
        "169.255.0.0, PUBLIC",
        "172.15.255.255, PUBLIC",
        "172.16.0.0, PRIVATE",
        "172.31.255.255, PRIVATE",
        "172.32.0.0, PUBLIC",
        "192.0.0.0, NEVER",
        "192.0.0.192, NEVER",
        "192.0.1.0, PUBLIC",
        "192.0.2.1, NEVER",
        "192.88.99.1, NEVER",
        "192.167.255.255, PUBLIC",
        "192.168.0.0, PRIVATE",
        "192.168.255.255, PRIVATE",
        "192.169.0.0, PUBLIC",
        "198.17.255.255, PUBLIC",
        "198.18.0.0, NEVER",
        "198.19.255.255, NEVER",
        "198.20.0.0, PUBLIC",
        "198.51.100.1, NEVER",
        "203.0.113.1, NEVER",
        "223.255.255.255, PUBLIC",
        "224.0.0.1, NEVER",
        "239.255.255.255, NEVER",
        "240.0.0.0, NEVER",
        "255.255.255.255, NEVER",
        "::, NEVER",
        "::1, PRIVATE",
        "::2, NEVER",
        "::127.0.0.1, NEVER",
        "::8.8.8.8, NEVER",
        "::ffff:127.0.0.1, PRIVATE",
        "::ffff:169.254.169.254, NEVER",
        "::ffff:8.8.8.8, PUBLIC",
        "::ffff:0:127.0.0.1, NEVER",
        "64:ff9b::8.8.8.8, PUBLIC",
        "64:ff9b::127.0.0.1, NEVER",
        "64:ff9b::10.0.0.1, NEVER",
        "64:ff9b::169.254.169.254, NEVER",
        "64:ff9b:1::8.8.8.8, NEVER",
        "100::1, NEVER",
        "1fff:ffff::1, NEVER",
        "2001::1, NEVER",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2, NEVER",
        "2001:1ff::1, NEVER",
        "2001:200::1, PUBLIC",
        "2001:db8::1, NEVER",
        "2001:4860:4860::8888, PUBLIC",
        "2002:7f00:1::1, NEVER",
        "2002:808:808::1, NEVER",
        "2606:4700:4700::1111, PUBLIC",
        "3fff::1, NEVER",
        "3fff:1000::1, PUBLIC",
        "4000::1, NEVER",
        "5f00::1, NEVER",
        "fc00::1, PRIVATE",
        "fd00:ec2::254, NEVER",
        "fd12:3456::1, PRIVATE",
        "fe00::1, NEVER",
        "fe80::1, NEVER",
        "febf::1, NEVER",
        "fec0::1, NEVER",
        "ff02::1, NEVER",
        "ffff::1, NEVER"
    })
    void everyBlockIsJudged(String address, Reach reach) throws UnknownHostException {
        assertThat(Reach.of(InetAddress.getByName(address))).isEqualTo(reach);
    }

    /** What a resolver makes of such a host is judged, not how it was written. */
    @ParameterizedTest
    @ValueSource(strings = {"2130706433", "127.1", "127.0.1", "[::1]", "localhost", "[::ffff:7f00:1]"})
    void anotherSpellingIsTheSameAddress(String host) throws UnknownHostException {
        assertThat(Reach.of(InetAddress.getByName(host))).isEqualTo(Reach.PRIVATE);
    }

    @ParameterizedTest
    @CsvSource({
        // An allowed range is taken at its word.
        "10.1.2.3, any.example, 10.0.0.0/8, true",
        "10.1.2.3, any.example, 10.1.2.4, false",
        "11.1.2.3, any.example, 10.0.0.0/8, true",
        "127.0.0.1, any.example, 10.0.0.0/8, false",
        "169.254.169.254, any.example, 169.254.169.254, true",
        "169.254.169.254, any.example, 10.0.0.0/8, false",
        "fd12::1, any.example, fd12::/16, true",
        "fd13::1, any.example, fd12::/16, false",
        "::ffff:10.0.0.1, any.example, 10.0.0.0/8, true",
        // A name is taken at its word for own networks only.
        "10.1.2.3, inside.example, inside.example, true",
        "10.1.2.3, INSIDE.example., inside.example, true",
        "10.1.2.3, not.inside.example, inside.example, false",
        "10.1.2.3, inside.example.evil, inside.example, false",
        "::1, inside.example, inside.example, true",
        "169.254.169.254, inside.example, inside.example, false",
        "100.100.100.200, inside.example, inside.example, false",
        "fd00:ec2::254, inside.example, inside.example, false",
        "0.0.0.0, inside.example, inside.example, false",
        "224.0.0.1, inside.example, inside.example, false"
    })
    void anOperatorCanAllow(String address, String host, String allowed, boolean may) throws UnknownHostException {
        assertThat(Reach.allows(InetAddress.getByName(address), host, PrivateTargets.of(List.of(allowed))))
                .isEqualTo(may);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"10.0.0.0/33", "10.0.0.0/x", "a b", "", "*.example.com", "http://inside.example", "a..b", "-a"})
    void whatIsNoRangeAndNoNameIsRefused(String text) {
        assertThatThrownBy(() -> PrivateTargets.of(List.of(text))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void nothingIsAllowedByItself() {
        assertThat(Reach.allows(InetAddress.getLoopbackAddress(), "localhost", PrivateTargets.NONE))
                .isFalse();
    }
}
