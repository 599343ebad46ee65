// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.http;

import dev.longwire.protocol.ErrorCode;
import dev.longwire.server.config.AdminKey;
import dev.longwire.server.config.AdminKey.Scope;
import dev.longwire.server.config.ServerConfig;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who may see a running server from inside. Where keys are configured, a key with the scope opens, also on loopback: what
 * is bound there may well stand behind a proxy. Where none is, those who sit at the machine may, and nobody else.
 */
final class AdminDoor {

    private static final String SCHEME = "Bearer ";

    /** Keys are short; a longer one is wrong without being hashed. */
    private static final int LONGEST_KEY = 512;

    private final List<AdminKey> keys;
    private final boolean local;

    AdminDoor(ServerConfig config) {
        this.keys = config.adminKeys();
        this.local = isLoopback(config.host());
    }

    private static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    /** The route for those whose key has the scope; 401 without a key that is known, 403 with one that lacks the scope. */
    Router.Route only(Scope scope, Router.Route route) {
        return exchange -> {
            if (keys.isEmpty() && local) {
                route.handle(exchange);
                return;
            }
            AdminKey key = keyOf(exchange);
            if (key == null) {
                unauthorized(exchange);
            } else if (key.scopes().contains(scope)) {
                route.handle(exchange);
            } else {
                exchange.refuse(ErrorCode.FORBIDDEN);
            }
        };
    }

    /** The page that asks for the key: it shows nothing by itself. */
    Router.Route page(Router.Route route) {
        return keys.isEmpty() ? only(Scope.READ, route) : route;
    }

    private static void unauthorized(Exchange exchange) {
        exchange.loop().loops().metrics().refused(ErrorCode.UNAUTHORIZED.wire());
        FullHttpResponse response = Problem.of(ErrorCode.UNAUTHORIZED);
        response.headers().set(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer");
        exchange.answer(response);
    }

    /** All keys are compared, whichever fits. */
    private @Nullable AdminKey keyOf(Exchange exchange) {
        List<String> headers = exchange.headers().getAll(HttpHeaderNames.AUTHORIZATION);
        if (headers.size() != 1) {
            return null;
        }
        String header = headers.get(0);
        if (!header.regionMatches(true, 0, SCHEME, 0, SCHEME.length()) || header.length() > LONGEST_KEY) {
            return null;
        }
        String hash = AdminKey.hashOf(header.substring(SCHEME.length()).trim());
        AdminKey found = null;
        for (AdminKey key : keys) {
            if (key.opensWith(hash)) {
                found = key;
            }
        }
        return found;
    }
}
