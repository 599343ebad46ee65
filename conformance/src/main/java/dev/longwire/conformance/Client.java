// SPDX-License-Identifier: Apache-2.0
package dev.longwire.conformance;

import dev.longwire.core.hub.Carrier;
import dev.longwire.protocol.ServerFrame;
import dev.longwire.protocol.codec.ByteSink;
import dev.longwire.protocol.codec.Codec;
import dev.longwire.protocol.codec.Format;
import dev.longwire.protocol.codec.PollCodec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A client's end of one connection, or of one poll: what it got and nobody has asked for yet. */
final class Client {

    /** The heartbeat, the same text on connections of every format. */
    static final byte[] PING = "{\"type\":\"ping\"}".getBytes(StandardCharsets.US_ASCII);

    private final int number;
    private Carrier carrier;
    private final Format format;
    private final List<Arrival> arrivals = new ArrayList<>();
    private final List<String> log;

    /** The frames of an answer that is not complete. */
    private final List<byte[]> answer = new ArrayList<>();

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

    private boolean polls() {
        return carrier.form() == Carrier.Form.POLL;
    }

    /** A frame is written to the connection. A pong is JSON text on every connection, but not in an answer to a poll. */
    void write(ServerFrame frame) {
        Format written = frame instanceof ServerFrame.Pong && !polls() ? Format.JSON : format;
        write(written, Codec.of(written).encode(frame));
    }

    /** A message of a log, which is JSON, is written to the connection. */
    void writeMessage(byte[] array, int start, int length) {
        if (format == Format.CBOR) {
            write(Codec.of(Format.JSON).decodeStored(array, start, length));
        } else {
            ByteSink copy = new ByteSink();
            copy.write(array, start, length);
            write(Format.JSON, copy.toByteArray());
        }
    }

    private void write(Format written, byte[] bytes) {
        if (polls()) {
            answer.add(bytes);
        } else {
            arrive(Arrival.frame(written == Format.JSON, bytes));
        }
    }

    /** The answer to the poll is complete. */
    void finish(long seq) {
        PollCodec codec = PollCodec.of(format);
        ByteSink body = new ByteSink();
        codec.begin(body, seq);
        for (int i = 0; i < answer.size(); i++) {
            if (i > 0) {
                codec.between(body);
            }
            body.write(answer.get(i));
        }
        codec.end(body);
        arrive(Arrival.answer(format == Format.JSON, body.toByteArray()));
        leave();
    }

    void arrive(Arrival arrival) {
        if (open) {
            arrivals.add(arrival);
            log.add(Arrival.text(arrival, number));
        }
    }
}
