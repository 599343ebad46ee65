// SPDX-License-Identifier: Apache-2.0
package dev.longwire.conformance;

/** One line of a transcript. Connections are numbered from 1. */
sealed interface Step {

    /** Where it stands in the transcript, counted from 1. */
    int line();

    /** Something happens to the server. */
    sealed interface Act extends Step {}

    /** Something must have come of it. */
    sealed interface Expectation extends Step {
        int connection();
    }

    /** The client opens a connection. */
    record Open(int line, int connection) implements Act {}

    /** The connection is gone without a word. */
    record Cut(int line, int connection) implements Act {}

    /** The client sends a frame, or an array of frames, in the format of the connection. */
    record Send(int line, int connection, String text) implements Act {}

    /** The client sends exactly these bytes as one message. */
    record SendBytes(int line, int connection, byte[] bytes) implements Act {}

    /** The client posts a poll with this body; its answer is awaited on a connection of its own. */
    record Post(int line, int connection, String body) implements Act {}

    /** The poll is answered with this body. */
    record ExpectAnswer(int line, int connection, String pattern) implements Expectation {}

    /** The poll is refused with this status and error. */
    record ExpectRefusal(int line, int connection, int status, String name) implements Expectation {}

    /** The server sends this frame next; among neighbours of {@code anyOrder}, in whatever order. */
    record Expect(int line, int connection, String pattern, boolean anyOrder) implements Expectation {}

    /** The server closes the connection next. */
    record ExpectClose(int line, int connection, int code) implements Expectation {}

    /** The client stops taking bytes, or takes them again. */
    record Flow(int line, int connection, boolean stalled) implements Act {}

    /** The server asks for a sign of life below the protocol next (RFC 6455 ping). */
    record ExpectProbe(int line, int connection) implements Expectation {}

    /** The client gives a sign of life below the protocol (RFC 6455 pong). */
    record Heard(int line, int connection) implements Act {}

    /** Time passes. */
    record Advance(int line, long millis) implements Act {}

    /** The server is told to go away. */
    record Shutdown(int line, long spreadMillis) implements Act {}

    /** The application subscribes a user to a channel, or ends that. */
    record Assign(int line, String user, String channel, boolean begins) implements Act {}
}
