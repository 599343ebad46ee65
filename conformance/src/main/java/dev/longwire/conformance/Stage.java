// SPDX-License-Identifier: Apache-2.0
package dev.longwire.conformance;

import java.util.List;

/**
 * Where a transcript is played: a server, and the clients' ends of connections to it. Connections and polls are known by
 * number.
 */
public interface Stage extends AutoCloseable {

    /** Whether everything that follows from a step has happened when the step returns. */
    boolean immediate();

    void open(int connection);

    /** The connection, or the request of a poll, breaks. */
    void cut(int connection);

    /** Sends one message: text or bytes, as the connection's format wants it; a ping is always text. */
    void send(int connection, byte[] message);

    /**
     * What came and was not taken out of this list yet, oldest first.
     *
     * @param atLeast how many to wait for, within reason, where they take time
     */
    List<Arrival> arrivals(int connection, int atLeast);

    /** What came on any connection and was not taken; where things take time, once nothing more can come. */
    List<Arrival> leftovers();

    default void post(int poll, byte[] body) {
        throw new UnsupportedOperationException("P>");
    }

    /** A sign of life below the protocol. */
    default void heard(int connection) {
        throw new UnsupportedOperationException("heard");
    }

    /** The client stops taking bytes, or takes them again. */
    default void flow(int connection, boolean stalled) {
        throw new UnsupportedOperationException("stall");
    }

    default void advance(long millis) {
        throw new UnsupportedOperationException("@ms");
    }

    default void assign(String user, String channel, boolean begins) {
        throw new UnsupportedOperationException("assign");
    }

    default void shutdown(long spreadMillis) {
        throw new UnsupportedOperationException("shutdown");
    }

    @Override
    default void close() {}
}
