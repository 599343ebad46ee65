// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.websocket;

import dev.longwire.protocol.CloseCode;
import dev.longwire.server.loop.Compression;
import io.netty.buffer.ByteBuf;
import java.util.zip.DataFormatException;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a client sends, as RFC 6455 (5) has it, from whatever pieces the socket brings. A length is checked when it
 * is announced, before anything is kept for it.
 */
public final class FrameReader {

    /** What the frames say. After {@link #fault} or {@link #close} nothing more is read. */
    public interface Sink {
        void message(boolean binary, byte[] bytes);

        void ping(byte[] payload);

        void pong();

        /**
         * The peer closes.
         *
         * @param code 1005 when the peer gave none
         */
        void close(int code, byte[] reason);

        void fault(CloseCode code);
    }

    public static final int NO_STATUS = 1005;

    private static final int CONTINUATION = 0;
    private static final int BINARY = 2;
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int PONG = 10;
    private static final int LONGEST_CONTROL = 125;
    private static final int DEFLATED = 0x40;

    private final int messageBytes;
    private final int mostFragments;
    private final Sink sink;

    /** Null where nothing compressed may come. */
    private final @Nullable Compression compression;

    /** The pieces of a message that is not complete; null while there is none. */
    private byte @Nullable [] message;

    private int length;
    private int fragments;
    private boolean binary;
    private boolean deflated;
    private boolean stopped;

    /**
     * @param messageBytes of a message; a longer one is a fault
     * @param mostFragments of a message; more are a fault
     */
    public FrameReader(int messageBytes, int mostFragments, Sink sink) {
        this(messageBytes, mostFragments, sink, null);
    }

    /**
     * @param messageBytes of a message, as it comes and as what it is inflated to; a longer one is a fault
     * @param mostFragments of a message; more are a fault
     * @param compression what inflates compressed messages; null where none may come
     */
    public FrameReader(int messageBytes, int mostFragments, Sink sink, @Nullable Compression compression) {
        this.compression = compression;
        this.messageBytes = messageBytes;
        this.mostFragments = mostFragments;
        this.sink = sink;
    }

    /** Reads every complete frame; what is left belongs to the next one. */
    public void read(ByteBuf in) {
        while (!stopped && frame(in)) {
            // Each round takes one frame.
        }
    }

    /** Whether a message has begun in fragments and not ended. */
    public boolean midMessage() {
        return fragments > 0;
    }

    /** Whether nothing more is read. */
    public boolean stopped() {
        return stopped;
    }

    private boolean frame(ByteBuf in) {
        int at = in.readerIndex();
        int readable = in.readableBytes();
        if (readable < 2) {
            return false;
        }
        int first = in.getUnsignedByte(at);
        int second = in.getUnsignedByte(at + 1);
        int opcode = first & 0x0F;
        boolean last = (first & 0x80) != 0;
        CloseCode fault = fault(first, second, opcode, last);
        if (fault != null) {
            return stop(fault);
        }
        int short7 = second & 0x7F;
        int header = short7 < 126 ? 2 : short7 == 126 ? 4 : 10;
        if (readable < header) {
            return false;
        }
        long size = short7 < 126 ? short7 : short7 == 126 ? in.getUnsignedShort(at + 2) : in.getLong(at + 2);
        if (size < 0 || short7 == 126 && size < 126 || short7 == 127 && size < 1 << 16) {
            return stop(CloseCode.PROTOCOL_ERROR);
        }
        boolean control = opcode >= CLOSE;
        if (!control && (size > messageBytes || length + size > messageBytes)) {
            return stop(CloseCode.TOO_BIG);
        }
        if (readable < header + 4 + size) {
            return false;
        }
        byte[] payload = payload(in, at + header, (int) size);
        in.readerIndex(at + header + 4 + (int) size);
        if (control) {
            control(opcode, payload);
        } else {
            deflated = opcode == CONTINUATION ? deflated : (first & DEFLATED) != 0;
            data(opcode, last, payload);
        }
        return true;
    }

    private @Nullable CloseCode fault(int first, int second, int opcode, boolean last) {
        boolean control = opcode >= CLOSE;
        boolean known = opcode <= BINARY || opcode >= CLOSE && opcode <= PONG;
        boolean continues = opcode == CONTINUATION;
        boolean mayBeDeflated = compression != null && !control && !continues;
        boolean wrong = (first & (mayBeDeflated ? 0x30 : 0x70)) != 0
                || !known
                || (second & 0x80) == 0
                || control && (!last || (second & 0x7F) > LONGEST_CONTROL)
                || !control && continues != (fragments > 0);
        return wrong ? CloseCode.PROTOCOL_ERROR : null;
    }

    private boolean stop(CloseCode code) {
        stopped = true;
        message = null;
        sink.fault(code);
        return false;
    }

    private static byte[] payload(ByteBuf in, int at, int size) {
        int mask = in.getInt(at);
        byte[] payload = new byte[size];
        in.getBytes(at + 4, payload);
        for (int i = 0; i < size; i++) {
            payload[i] ^= (byte) (mask >>> (24 - 8 * (i & 3)));
        }
        return payload;
    }

    private void control(int opcode, byte[] payload) {
        if (opcode == PING) {
            sink.ping(payload);
        } else if (opcode == PONG) {
            sink.pong();
        } else {
            close(payload);
        }
    }

    private void close(byte[] payload) {
        stopped = true;
        message = null;
        if (payload.length == 0) {
            sink.close(NO_STATUS, payload);
            return;
        }
        int code = payload.length == 1 ? 0 : (payload[0] & 0xFF) << 8 | payload[1] & 0xFF;
        boolean may = code >= 1000 && code <= 1003 || code >= 1007 && code <= 1014 || code >= 3000 && code <= 4999;
        if (!may) {
            sink.fault(CloseCode.PROTOCOL_ERROR);
            return;
        }
        byte[] reason = new byte[payload.length - 2];
        System.arraycopy(payload, 2, reason, 0, reason.length);
        sink.close(code, reason);
    }

    private void data(int opcode, boolean last, byte[] payload) {
        if (opcode != CONTINUATION) {
            binary = opcode == BINARY;
            if (last) {
                message(payload);
                return;
            }
        }
        if (++fragments > mostFragments) {
            stop(CloseCode.POLICY);
            return;
        }
        append(payload);
        if (last && message != null) {
            byte[] whole = new byte[length];
            System.arraycopy(message, 0, whole, 0, length);
            message = null;
            length = 0;
            fragments = 0;
            message(whole);
        }
    }

    private void message(byte[] bytes) {
        if (!deflated || compression == null) {
            sink.message(binary, bytes);
            return;
        }
        byte[] inflated;
        try {
            inflated = compression.inflate(bytes, messageBytes);
        } catch (DataFormatException notDeflated) {
            stop(CloseCode.INVALID_PAYLOAD);
            return;
        }
        if (inflated == null) {
            stop(CloseCode.TOO_BIG);
        } else {
            sink.message(binary, inflated);
        }
    }

    /** One array that doubles, so that many small fragments cost no more than a few large ones. */
    private void append(byte[] payload) {
        byte[] old = message == null ? new byte[Math.max(256, payload.length)] : message;
        if (length + payload.length > old.length) {
            byte[] larger = new byte[Math.min(messageBytes, Math.max(old.length * 2, length + payload.length))];
            System.arraycopy(old, 0, larger, 0, length);
            old = larger;
        }
        System.arraycopy(payload, 0, old, length, payload.length);
        length += payload.length;
        message = old;
    }
}
