// SPDX-License-Identifier: Apache-2.0
package dev.longwire.conformance;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

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

    /** The frame in a text message or (CBOR) in a binary one. */
    static Arrival frame(boolean text, byte[] message) {
        return new Frame(json(text, message), written(text, message));
    }

    /** The frames of a message, which may be an array of them. */
    static List<Arrival> frames(boolean text, byte[] message) {
        if (json(text, message) instanceof Json.Arr(List<Json> items)) {
            List<Arrival> frames = new ArrayList<>();
            items.forEach(item -> frames.add(new Frame(item, written(text, message))));
            return frames;
        }
        return List.of(frame(text, message));
    }

    /** The body of an answer to a poll. */
    static Arrival answer(boolean text, byte[] body) {
        return new Answer(json(text, body), written(text, body));
    }

    private static Json json(boolean text, byte[] bytes) {
        return text ? JsonReader.json(bytes) : JsonReader.cbor(bytes);
    }

    private static String written(boolean text, byte[] bytes) {
        return text ? new String(bytes, StandardCharsets.UTF_8) : Hex.text(bytes);
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
