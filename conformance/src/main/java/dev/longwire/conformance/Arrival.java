// SPDX-License-Identifier: Apache-2.0
package dev.longwire.conformance;

import java.nio.charset.StandardCharsets;

/** What a client sees happen on its connection. */
public sealed interface Arrival {

    /** A frame, and the message's bytes as they were sent, for the record. */
    record Frame(Json json, String written) implements Arrival {}

    /** The body of a poll's answer, and its bytes as they were sent, for the record. */
    record Answer(Json json, String written) implements Arrival {}

    /** The poll was refused. */
    record Refused(int status, String name) implements Arrival {}

    /** The server closed the connection. */
    record Closed(int code) implements Arrival {}

    /** The server asked for a sign of life below the protocol. */
    record Probed() implements Arrival {}

    /** A frame, in a text message or (CBOR) in a binary one. */
    static Arrival frame(boolean text, byte[] message) {
        return text
                ? new Frame(JsonReader.json(message), new String(message, StandardCharsets.UTF_8))
                : new Frame(JsonReader.cbor(message), Hex.text(message));
    }

    /** The body of an answer to a poll. */
    static Arrival answer(boolean text, byte[] body) {
        return text
                ? new Answer(JsonReader.json(body), new String(body, StandardCharsets.UTF_8))
                : new Answer(JsonReader.cbor(body), Hex.text(body));
    }

    /** How it looks in a record of a replay. */
    static String text(Arrival arrival, int connection) {
        String number = connection == 1 ? "" : Integer.toString(connection);
        return switch (arrival) {
            case Frame frame -> "S" + number + "> " + frame.written();
            case Answer answer -> "A" + number + "> " + answer.written();
            case Refused refused -> "refused" + number + " " + refused.status() + " " + refused.name();
            case Closed closed -> "close" + number + " " + closed.code();
            case Probed probed -> "probe" + number;
        };
    }
}
