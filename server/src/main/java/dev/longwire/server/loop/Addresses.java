// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.loop;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** Addresses as people and programs read them. */
public final class Addresses {

    private Addresses() {}

    /** {@code 127.0.0.1:51234}, without a port when that is 0; empty when it is not known (any more). */
    public static String text(@Nullable SocketAddress address) {
        if (!(address instanceof InetSocketAddress internet)) {
            return "";
        }
        InetAddress host = internet.getAddress();
        String name = host == null ? internet.getHostString() : host.getHostAddress();
        String bare = name.indexOf(':') < 0 ? name : "[" + name + "]";
        return internet.getPort() == 0 ? bare : bare + ":" + internet.getPort();
    }
}
