// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.log;

import dev.longwire.server.connection.Connection;
import dev.longwire.server.connection.ConnectionListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One line per connection opened, closed and refused; one at debug level per error. */
public final class ConnectionLog implements ConnectionListener {

    private static final Logger LOG = LoggerFactory.getLogger(ConnectionLog.class);

    @Override
    public void opened(Connection connection) {
        LOG.atInfo()
                .addKeyValue("carrier", connection.kind())
                .addKeyValue("format", connection.format())
                .addKeyValue("origin", connection.origin())
                .addKeyValue("address", connection.address())
                .log("open");
    }

    @Override
    public void error(Connection connection, String name) {
        LOG.atDebug()
                .addKeyValue("name", name)
                .addKeyValue("address", connection.address())
                .log("error");
    }

    @Override
    public void closed(Connection connection, int code, String reason) {
        LOG.atInfo()
                .addKeyValue("carrier", connection.kind())
                .addKeyValue("code", code)
                .addKeyValue("reason", reason)
                .addKeyValue("ms", System.currentTimeMillis() - connection.openedAtMillis())
                .addKeyValue("received", connection.received())
                .addKeyValue("sent", connection.sent())
                .addKeyValue("address", connection.address())
                .log("close");
    }

    @Override
    public void refused(String name, String path, String origin, String address) {
        LOG.atInfo()
                .addKeyValue("name", name)
                .addKeyValue("path", path)
                .addKeyValue("origin", origin)
                .addKeyValue("address", address)
                .log("refused");
    }
}
