// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.http;

import dev.longwire.protocol.ErrorCode;
import dev.longwire.server.config.AdminKey;
import dev.longwire.server.config.AdminKey.Scope;
import dev.longwire.server.config.ServerConfig;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who may see a running server from inside. Where keys are configured, a key with the scope opens, also on loopback: what
 * is bound there may well stand behind a proxy. Where none is, those who sit at the machine may, and nobody else.
 */
final class AdminDoor {

    /** Keys are short; a longer one is wrong without being hashed. */
    private static final int LONGEST_KEY = 512;

    private final List<AdminKey> keys;
    private final boolean local;
    private final Parameters parameters = Parameters.described();

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
                open(exchange, route);
                return;
            }
            AdminKey key = keyOf(exchange);
            if (key == null) {
                exchange.unauthorized();
            } else if (key.scopes().contains(scope)) {
                open(exchange, route);
            } else {
                exchange.refuse(ErrorCode.FORBIDDEN);
            }
        };
    }

    private void open(Exchange exchange, Router.Route route) {
        String wrong = parameters.wrong(exchange.method().name(), exchange.path(), exchange.query());
        if (wrong == null) {
            route.handle(exchange);
        } else {
            exchange.refuse(ErrorCode.INVALID_FIELD, wrong);
        }
    }

    /** The page that asks for the key: it shows nothing by itself. */
    Router.Route page(Router.Route route) {
        return keys.isEmpty() ? only(Scope.READ, route) : route;
    }

    /** All keys are compared, whichever fits. */
    private @Nullable AdminKey keyOf(Exchange exchange) {
        String shown = Credentials.bearer(exchange.headers());
        if (shown == null || shown.length() > LONGEST_KEY) {
            return null;
        }
        String hash = AdminKey.hashOf(shown);
        AdminKey found = null;
        for (AdminKey key : keys) {
            if (key.opensWith(hash)) {
                found = key;
            }
        }
        return found;
    }
}
