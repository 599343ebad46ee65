// SPDX-License-Identifier: Apache-2.0
package dev.longwire.client.transport;

/**
 * One carrier: opened once, then texts go both ways until it is closed, fails or is aborted.
 *
 * <p>Whoever uses it sends one text at a time (the next after {@link Events#sent}) and asks for each text that may come
 * ({@link #demand}), so that a slow reader slows the server down instead of filling memory.
 *
 * <p>Threads: calls come from one thread at a time; events come from any thread, one at a time and in order. No method
 * blocks, and none calls back before it returns is relied upon.
 */
public interface Transport {
    /** Begins to open. Called once, first. */
    void open(Events events);

    /** Sends a text. Called after {@link Events#opened}, and again only after {@link Events#sent}. */
    void send(String text);

    /** Lets one more text come. */
    void demand();

    /** Says a goodbye of the transport's own; {@link Events#closed} follows if the peer answers. */
    void close(int code);

    /** Lets go at once. Nothing that is reported afterwards matters any more. */
    void abort();

    /** What happens to a transport. */
    interface Events {
        /** Texts can be sent now. */
        void opened();

        /** The text that was being sent is with the operating system. */
        void sent();

        /** A text came, whole. */
        void received(String text);

        /** Something came that is no text, or part of one: the peer lives. */
        void heard();

        /** The peer closed, with a code of RFC 6455 (1005 and 1006 where there was none). */
        void closed(int code);

        /** It could not be opened, or broke. */
        void failed(Failure failure);
    }

    /**
     * Why a transport is no more.
     *
     * @param status the HTTP status with which the server refused, or 0
     * @param retryAfterMillis when the server says to try again, or 0
     * @param text for people
     */
    record Failure(int status, long retryAfterMillis, String text) {}
}
