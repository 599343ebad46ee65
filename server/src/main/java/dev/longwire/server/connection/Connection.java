// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.connection;

/** An open connection, as those see it who only watch. To be read on the thread on which it is handed out. */
public interface Connection {

    /** {@code websocket}, {@code stream} or {@code bridge}. */
    String kind();

    /** {@code json} or {@code cbor}; of a bridge {@code pieces}. */
    String format();

    /** The page that opened it, as its browser says; empty when it is no page. */
    String origin();

    /** The other end's address and port. */
    String address();

    /** When it was opened, in milliseconds since 1970. */
    long openedAtMillis();

    /** When something last came from the client, in milliseconds since 1970. */
    long heardAtMillis();

    /** Messages that came from the client. */
    long received();

    /** Messages that were written to it. */
    long sent();
}
