// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.loop;

import dev.longwire.protocol.codec.Format;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/** Writes what a server says: WebSocket frames (RFC 6455, 5.2: unmasked, final) and server-sent events. */
public final class Frames {

    private static final int FINAL = 0x80;
    private static final int DEFLATED = 0x40;
    private static final int TEXT = 1;
    private static final int BINARY = 2;
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int PONG = 10;
    private static final byte[] DATA = "data: ".getBytes(StandardCharsets.US_ASCII);

    private Frames() {}

    public static void text(ByteBuf to, byte[] payload, int start, int length) {
        frame(to, TEXT, payload, start, length);
    }

    public static void binary(ByteBuf to, byte[] payload, int start, int length) {
        frame(to, BINARY, payload, start, length);
    }

    /** A message whose payload is compressed: RSV1 says so (RFC 7692, 6). */
    static void deflated(ByteBuf to, Format format, byte[] payload, int length) {
        frame(to, DEFLATED | (format == Format.JSON ? TEXT : BINARY), payload, 0, length);
    }

    public static void ping(ByteBuf to) {
        to.writeByte(FINAL | PING);
        to.writeByte(0);
    }

    public static void pong(ByteBuf to, byte[] payload) {
        frame(to, PONG, payload, 0, payload.length);
    }

    /**
     * A close that says why.
     *
     * @param reason at most 123 bytes
     */
    public static void close(ByteBuf to, int code, String reason) {
        byte[] text = reason.getBytes(StandardCharsets.UTF_8);
        to.writeByte(FINAL | CLOSE);
        to.writeByte(2 + text.length);
        to.writeShort(code);
        to.writeBytes(text);
    }

    /** A close that says nothing. */
    public static void close(ByteBuf to) {
        to.writeByte(FINAL | CLOSE);
        to.writeByte(0);
    }

    /** An event whose data is these bytes; line ends inside them begin a new {@code data} line each. */
    public static void event(ByteBuf to, byte[] bytes, int start, int length) {
        to.writeBytes(DATA);
        int from = start;
        int end = start + length;
        for (int i = start; i < end; i++) {
            if (bytes[i] == '\n' || bytes[i] == '\r') {
                to.writeBytes(bytes, from, i - from);
                to.writeByte('\n');
                to.writeBytes(DATA);
                if (bytes[i] == '\r' && i + 1 < end && bytes[i + 1] == '\n') {
                    i++;
                }
                from = i + 1;
            }
        }
        to.writeBytes(bytes, from, end - from);
        to.writeByte('\n');
        to.writeByte('\n');
    }

    private static void frame(ByteBuf to, int opcode, byte[] payload, int start, int length) {
        to.writeByte(FINAL | opcode);
        if (length < 126) {
            to.writeByte(length);
        } else if (length < 1 << 16) {
            to.writeByte(126);
            to.writeShort(length);
        } else {
            to.writeByte(127);
            to.writeLong(length);
        }
        to.writeBytes(payload, start, length);
    }
}
