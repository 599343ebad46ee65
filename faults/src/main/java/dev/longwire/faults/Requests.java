// SPDX-License-Identifier: Apache-2.0
package dev.longwire.faults;

import dev.longwire.faults.Talk.Asked;
import dev.longwire.faults.Talk.Tongue;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What clients say: requests, each with its body, and after an upgrade WebSocket frames. */
final class Requests implements Splitter {

    private final Talk talk;
    private final WebSocketFrames frames = new WebSocketFrames();

    Requests(Talk talk) {
        this.talk = talk;
    }

    @Override
    public @Nullable Unit split(Pile pile) {
        if (pile.size() == 0) {
            return null;
        }
        return switch (talk.tongue) {
            case BYTES -> new Unit(pile.takeAll(), Carriage.BYTES, List.of("bytes"));
            case UPGRADING -> null;
            case WEBSOCKET -> frames.split(pile, talk);
            case HTTP -> request(pile);
        };
    }

    private @Nullable Unit request(Pile pile) {
        int headEnd = pile.headEnd();
        boolean letters = pile.at(0) >= 'A' && pile.at(0) <= 'Z';
        if (!letters || headEnd < 0 && pile.size() > Bodies.LONGEST || isHttp2(pile)) {
            talk.tongue = Tongue.BYTES;
            return split(pile);
        }
        if (headEnd < 0) {
            return null;
        }
        Head head = Head.parse(pile.copy(0, headEnd));
        int end = Bodies.end(head, pile, headEnd);
        if (end < 0) {
            return null;
        }
        FrameTypes.Body body = FrameTypes.read(
                Bodies.content(head, pile, headEnd, end), head.says("content-type", "application/cbor"));
        List<String> types = new ArrayList<>(2);
        Carriage carriage = carriage(head, body);
        if (carriage == Carriage.WEBSOCKET) {
            types.add("http.upgrade");
            talk.tongue = Tongue.UPGRADING;
        } else {
            types.add("http.request");
        }
        if (carriage == Carriage.POLL || carriage == Carriage.STREAM) {
            types.addAll(body.types);
        }
        talk.asks(new Asked(head.word(0), carriage));
        return new Unit(pile.take(end), carriage, types);
    }

    private static boolean isHttp2(Pile pile) {
        return pile.size() >= 4 && pile.at(0) == 'P' && pile.at(1) == 'R' && pile.at(2) == 'I' && pile.at(3) == ' ';
    }

    private static Carriage carriage(Head head, FrameTypes.Body body) {
        if (head.says("upgrade", "websocket")) {
            return Carriage.WEBSOCKET;
        }
        if (head.word(0).equals("GET") && head.says("accept", "text/event-stream")) {
            return Carriage.STREAM;
        }
        boolean poll = head.word(0).equals("POST") && head.word(1).contains("/poll");
        if (poll) {
            return body.stream ? Carriage.STREAM : Carriage.POLL;
        }
        return Carriage.HTTP;
    }
}
