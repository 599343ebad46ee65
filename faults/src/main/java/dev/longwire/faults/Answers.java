// SPDX-License-Identifier: Apache-2.0
package dev.longwire.faults;

import dev.longwire.faults.Talk.Asked;
import dev.longwire.faults.Talk.Tongue;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What servers say: answers, event streams piece by piece, and after an upgrade WebSocket frames. */
final class Answers implements Splitter {

    /** What the answer at hand is made of, once its head has passed. */
    private enum Part {
        HEAD,
        CHUNKS,
        UNTIL_CLOSE
    }

    private final Talk talk;
    private final WebSocketFrames frames = new WebSocketFrames();
    private Part part = Part.HEAD;
    private Carriage carriage = Carriage.HTTP;
    private Events events = new Events();

    Answers(Talk talk) {
        this.talk = talk;
    }

    @Override
    public @Nullable Unit split(Pile pile) {
        if (pile.size() == 0) {
            return null;
        }
        return switch (talk.tongue) {
            case BYTES -> new Unit(pile.takeAll(), Carriage.BYTES, List.of("bytes"));
            case WEBSOCKET -> frames.split(pile, talk);
            case HTTP, UPGRADING ->
                switch (part) {
                    case HEAD -> answer(pile);
                    case CHUNKS -> chunk(pile);
                    case UNTIL_CLOSE -> piece(pile.takeAll());
                };
        };
    }

    private @Nullable Unit answer(Pile pile) {
        int headEnd = pile.headEnd();
        if (headEnd < 0) {
            return null;
        }
        Head head = Head.parse(pile.copy(0, headEnd));
        int status = head.status();
        Asked asked = talk.awaiting();
        carriage = asked == null ? Carriage.HTTP : asked.carriage;
        if (status == 101) {
            talk.tongue = Tongue.WEBSOCKET;
            talk.answered();
            return new Unit(pile.take(headEnd), Carriage.WEBSOCKET, List.of("http.upgrade"));
        }
        if (status < 200) {
            return new Unit(pile.take(headEnd), carriage, List.of("http.response"));
        }
        boolean bodiless = status == 204 || status == 304 || asked != null && asked.method.equals("HEAD");
        if (!bodiless && head.says("content-type", "text/event-stream")) {
            part = head.chunked() ? Part.CHUNKS : Part.UNTIL_CLOSE;
            events = new Events();
            carriage = Carriage.STREAM;
            return new Unit(pile.take(headEnd), carriage, List.of("http.response"));
        }
        if (!bodiless && !head.chunked() && head.length() < 0) {
            part = Part.UNTIL_CLOSE;
            return new Unit(pile.take(headEnd), carriage, List.of("http.response"));
        }
        return whole(head, pile, headEnd, bodiless);
    }

    private @Nullable Unit whole(Head head, Pile pile, int headEnd, boolean bodiless) {
        int end = bodiless ? headEnd : Bodies.end(head, pile, headEnd);
        if (end < 0) {
            return null;
        }
        Asked asked = talk.awaiting();
        List<String> types = new ArrayList<>(2);
        types.add("http.response");
        if (head.says("content-type", "problem")) {
            types.add("http.problem");
        } else if (carriage == Carriage.POLL || carriage == Carriage.STREAM) {
            byte[] content = bodiless ? new byte[0] : Bodies.content(head, pile, headEnd, end);
            types.addAll(FrameTypes.read(content, head.says("content-type", "application/cbor")).types);
        }
        boolean discard = asked != null && asked.discard;
        done();
        byte[] bytes = pile.take(end);
        return discard ? new Unit(new byte[0], carriage, List.of()) : new Unit(bytes, carriage, types);
    }

    private void done() {
        talk.answered();
        part = Part.HEAD;
        if (talk.tongue == Tongue.UPGRADING) {
            talk.tongue = Tongue.HTTP;
        }
    }

    private @Nullable Unit chunk(Pile pile) {
        int end = Bodies.chunkEnd(pile, 0);
        if (end < 0) {
            return null;
        }
        int data = pile.lineEnd(0);
        byte[] bytes = pile.take(end);
        if (bytes[0] == '0') {
            done();
            return new Unit(bytes, carriage, List.of("http.end"));
        }
        return new Unit(bytes, carriage, events.read(bytes, data, end - 2));
    }

    private Unit piece(byte[] bytes) {
        List<String> types = carriage == Carriage.STREAM ? events.read(bytes, 0, bytes.length) : List.of();
        return new Unit(bytes, carriage, types);
    }
}
