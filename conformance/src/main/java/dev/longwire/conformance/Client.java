// SPDX-License-Identifier: Apache-2.0
package dev.longwire.conformance;

import dev.longwire.core.hub.Carrier;
import dev.longwire.protocol.ServerFrame;
import dev.longwire.protocol.codec.Codec;
import dev.longwire.protocol.codec.Format;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A client's end of one connection: what it got and nobody has asked for yet. */
final class Client {

    /** The heartbeat, the same text on connections of every format. */
    static final byte[] PING = "{\"type\":\"ping\"}".getBytes(StandardCharsets.US_ASCII);

    private final int number;
    private Carrier carrier;
    private final Format format;
    private final List<Arrival> arrivals = new ArrayList<>();
    private final List<String> log;
    private boolean open = true;

    /**
     * @param log takes what arrives, as text
     */
    Client(int number, Carrier carrier, Format format, List<String> log) {
        this.number = number;
        this.carrier = carrier;
        this.format = format;
        this.log = log;
    }

    Carrier carrier() {
        return carrier;
    }

    /** The hub was read back, and its carriers are new. */
    void carry(Carrier restored) {
        carrier = restored;
    }

    boolean isOpen() {
        return open;
    }

    void leave() {
        open = false;
    }

    List<Arrival> arrivals() {
        return arrivals;
    }

    /** A frame is written to the connection. A pong is JSON text on every connection. */
    void write(ServerFrame frame) {
        Format written = frame instanceof ServerFrame.Pong ? Format.JSON : format;
        byte[] bytes = Codec.of(written).encode(frame);
        String text = written == Format.JSON ? new String(bytes, StandardCharsets.UTF_8) : Hex.text(bytes);
        Json json = written == Format.JSON ? JsonReader.json(bytes) : JsonReader.cbor(bytes);
        arrive(new Arrival.Frame(json, text));
    }

    /** A message of a log, which is JSON, is written to the connection. */
    void writeMessage(byte[] array, int start, int length) {
        if (format == Format.CBOR) {
            write(Codec.of(Format.JSON).decodeMessage(array, start, length));
            return;
        }
        String text = new String(array, start, length, StandardCharsets.UTF_8);
        arrive(new Arrival.Frame(JsonReader.json(text.getBytes(StandardCharsets.UTF_8)), text));
    }

    void arrive(Arrival arrival) {
        if (open) {
            arrivals.add(arrival);
            log.add(Arrival.text(arrival, number));
        }
    }
}
