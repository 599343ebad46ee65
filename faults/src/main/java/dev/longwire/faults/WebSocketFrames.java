// SPDX-License-Identifier: Apache-2.0
package dev.longwire.faults;

import dev.longwire.faults.Talk.Tongue;
import java.io.ByteArrayOutputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** RFC 6455 frames, one unit each. The types of a fragmented message are those of its last fragment. */
final class WebSocketFrames {

    private static final int CONTINUATION = 0;
    private static final int TEXT = 1;
    private static final int BINARY = 2;
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int PONG = 10;

    private final ByteArrayOutputStream fragments = new ByteArrayOutputStream();
    private int opcode;

    @Nullable
    Unit split(Pile pile, Talk talk) {
        if (pile.size() < 2) {
            return null;
        }
        boolean masked = (pile.at(1) & 0x80) != 0;
        int shortLength = pile.at(1) & 0x7f;
        int lengthBytes = shortLength == 126 ? 2 : shortLength == 127 ? 8 : 0;
        int headLength = 2 + lengthBytes + (masked ? 4 : 0);
        if (pile.size() < headLength) {
            return null;
        }
        long length = lengthBytes == 0 ? shortLength : length(pile, lengthBytes);
        if (length < 0 || length > Bodies.LONGEST) {
            talk.tongue = Tongue.BYTES;
            return new Unit(pile.takeAll(), Carriage.BYTES, List.of("bytes"));
        }
        if (pile.size() < headLength + length) {
            return null;
        }
        byte[] bytes = pile.take(headLength + (int) length);
        byte[] payload = new byte[(int) length];
        for (int i = 0; i < payload.length; i++) {
            byte mask = masked ? bytes[headLength - 4 + (i & 3)] : 0;
            payload[i] = (byte) (bytes[headLength + i] ^ mask);
        }
        return new Unit(bytes, Carriage.WEBSOCKET, types(bytes[0] & 0xff, payload));
    }

    private static long length(Pile pile, int bytes) {
        long length = 0;
        for (int i = 0; i < bytes; i++) {
            length = length << 8 | pile.at(2 + i);
        }
        return length;
    }

    private List<String> types(int first, byte[] payload) {
        boolean last = (first & 0x80) != 0;
        boolean compressed = (first & 0x40) != 0;
        switch (first & 0x0f) {
            case CLOSE -> {
                return List.of("ws.close");
            }
            case PING -> {
                return List.of("ws.ping");
            }
            case PONG -> {
                return List.of("ws.pong");
            }
            case TEXT, BINARY -> opcode = first & 0x0f;
            case CONTINUATION -> {}
            default -> {
                return List.of("ws.unknown");
            }
        }
        if (compressed) {
            return List.of("ws.compressed");
        }
        if (!last || fragments.size() > 0) {
            fragments.writeBytes(payload);
        }
        if (!last) {
            return List.of("ws.fragment");
        }
        byte[] message = fragments.size() > 0 ? fragments.toByteArray() : payload;
        fragments.reset();
        List<String> types = FrameTypes.read(message, opcode == BINARY).types;
        return types.isEmpty() ? List.of("ws.message") : types;
    }
}
