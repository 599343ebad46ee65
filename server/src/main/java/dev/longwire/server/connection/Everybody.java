// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.connection;

import java.util.List;

/** Several listeners as one. */
record Everybody(List<ConnectionListener> listeners) implements ConnectionListener {

    @Override
    public void opened(Connection connection) {
        for (ConnectionListener each : listeners) {
            each.opened(connection);
        }
    }

    @Override
    public void message(Connection connection, int bytes) {
        for (ConnectionListener each : listeners) {
            each.message(connection, bytes);
        }
    }

    @Override
    public void error(Connection connection, String name) {
        for (ConnectionListener each : listeners) {
            each.error(connection, name);
        }
    }

    @Override
    public void closed(Connection connection, int code, String reason) {
        for (ConnectionListener each : listeners) {
            each.closed(connection, code, reason);
        }
    }

    @Override
    public void refused(String name, String path, String origin, String address) {
        for (ConnectionListener each : listeners) {
            each.refused(name, path, origin, address);
        }
    }
}
