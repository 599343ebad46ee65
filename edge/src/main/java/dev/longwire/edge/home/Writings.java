// SPDX-License-Identifier: Apache-2.0
package dev.longwire.edge.home;

import dev.longwire.core.hub.Carrier;
import dev.longwire.core.hub.HubOutput;
import dev.longwire.protocol.ServerFrame;
import dev.longwire.protocol.codec.ByteSink;
import dev.longwire.protocol.codec.Codec;
import dev.longwire.protocol.codec.Format;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How what a hub says looks on each form of carrier. */
final class Writings {

    private static final byte[] PONG = "{\"type\":\"pong\"}".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ALIVE = ":\n\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] DATA = "data: ".getBytes(StandardCharsets.US_ASCII);

    /** The polls whose answers are being written. */
    final Map<Integer, PollLine> polls = new LinkedHashMap<>();

    private final Tickets tickets;
    private final ArrayDeque<Effect> effects;

    Writings(Tickets tickets, ArrayDeque<Effect> effects) {
        this.tickets = tickets;
        this.effects = effects;
    }

    static Format format(Carrier carrier) {
        return carrier.form() == Carrier.Form.WS_CBOR ? Format.CBOR : Format.JSON;
    }

    void send(Carrier carrier, ServerFrame frame) {
        ServerFrame told = frame instanceof ServerFrame.Connected connected ? sealed(connected) : frame;
        switch (carrier.form()) {
            case WS_JSON -> effects.add(Effect.bytes(HubPort.TEXT, carrier, json(told)));
            case WS_CBOR -> {
                boolean pong = frame instanceof ServerFrame.Pong;
                byte[] bytes = pong ? PONG : Codec.of(Format.CBOR).encode(told);
                effects.add(Effect.bytes(pong ? HubPort.TEXT : HubPort.BINARY, carrier, bytes));
            }
            case POLL -> {
                PollLine line = polls.get((int) carrier.id());
                if (line != null) {
                    line.add(Codec.of(line.format).encode(told));
                }
            }
            case STREAM -> effects.add(Effect.bytes(HubPort.PIECE, carrier, event(json(told))));
        }
    }

    private static byte[] json(ServerFrame frame) {
        return Codec.of(Format.JSON).encode(frame);
    }

    private ServerFrame sealed(ServerFrame.Connected frame) {
        return frame.sealed(tickets.seal(frame.session(), frame.turn()));
    }

    /** An event stream is asked for a sign of life by a comment: that it is taken is the sign. Nothing can ask a socket. */
    void probe(Carrier carrier) {
        if (carrier.form() == Carrier.Form.STREAM) {
            effects.add(Effect.bytes(HubPort.PIECE, carrier, ALIVE));
        }
    }

    void deliver(HubOutput.Deliver deliver) {
        int[] to = new int[deliver.count()];
        for (int i = 0; i < to.length; i++) {
            to[i] = (int) deliver.carriers()[i].id();
        }
        List<byte[]> messages = ((StoredSlice) deliver.slice()).messages();
        switch (deliver.form()) {
            case WS_JSON -> messages.forEach(each -> effects.add(new Effect(HubPort.TEXT, to, each, "", 0)));
            case WS_CBOR -> messages.forEach(each -> effects.add(new Effect(HubPort.BINARY, to, cbor(each), "", 0)));
            case STREAM -> messages.forEach(each -> effects.add(new Effect(HubPort.PIECE, to, event(each), "", 0)));
            case POLL -> {
                List<byte[]> converted = new ArrayList<>();
                for (int carrier : to) {
                    PollLine line = polls.get(carrier);
                    if (line != null && line.format == Format.CBOR && converted.isEmpty()) {
                        messages.forEach(each -> converted.add(cbor(each)));
                    }
                    if (line != null) {
                        (line.format == Format.CBOR ? converted : messages).forEach(line::add);
                    }
                }
            }
        }
    }

    private static byte[] cbor(byte[] json) {
        return Codec.of(Format.CBOR).encode(Codec.of(Format.JSON).decodeStored(json, 0, json.length));
    }

    /** An event (WHATWG HTML, 9.2.6): each line of its data is one of its own. */
    private static byte[] event(byte[] json) {
        ByteSink out = new ByteSink(json.length + 16);
        out.write(DATA);
        for (int i = 0; i < json.length; i++) {
            boolean pair = json[i] == '\r' && i + 1 < json.length && json[i + 1] == '\n';
            if (json[i] == '\n' || json[i] == '\r') {
                out.write('\n');
                out.write(DATA);
                i += pair ? 1 : 0;
            } else {
                out.write(json[i]);
            }
        }
        out.write('\n');
        out.write('\n');
        return out.toByteArray();
    }
}
