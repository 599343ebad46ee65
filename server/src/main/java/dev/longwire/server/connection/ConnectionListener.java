// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.connection;

import java.util.stream.Stream;

/**
 * Somebody who is told what happens to connections.
 *
 * <p>Threads: called on the connection's event loop, for many connections on many loops at once. It must not block:
 * whatever waits there, waits for everybody on that loop. What it throws closes the connection that it was told of.
 */
public interface ConnectionListener {

    /** Somebody who isn't interested. */
    ConnectionListener NONE = new ConnectionListener() {};

    /** It may speak from now on. */
    default void opened(Connection connection) {}

    /** The client sent a message, which is not looked at yet. */
    default void message(Connection connection, int bytes) {}

    /**
     * Something is wrong with what the client sent, or with us.
     *
     * @param name of an error or a close code; see {@code docs/codes.md}
     */
    default void error(Connection connection, String name) {}

    /**
     * It is gone.
     *
     * @param code that was sent or received; 1005 for none, 1006 when the connection was lost
     * @param reason its name
     */
    default void closed(Connection connection, int code, String reason) {}

    /**
     * A request was not let in: its origin, its host or its handshake was wrong.
     *
     * @param name of the error
     * @param path as it was asked for
     * @param origin as it was sent, cut to a length that can be kept; empty for none
     * @param address the other end's address and port
     */
    default void refused(String name, String path, String origin, String address) {}

    /** Tells several, one after the other. */
    static ConnectionListener all(ConnectionListener... listeners) {
        return new Everybody(
                Stream.of(listeners).filter(each -> !each.equals(NONE)).toList());
    }
}
