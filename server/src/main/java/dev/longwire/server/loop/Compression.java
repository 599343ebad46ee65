// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.loop;

import dev.longwire.protocol.codec.Format;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * Shortens WebSocket messages and lengthens them again (permessage-deflate, RFC 7692), for all connections of a loop.
 *
 * <p>Neither side keeps anything from one message to the next, and a loop does one thing at a time: so one window for each
 * direction serves every connection, and a connection that is compressed costs no memory of its own. It is also why a
 * message can be shortened once for everybody who gets it.
 *
 * <p>Threads: its loop's.
 */
public final class Compression {

    /** What a sender leaves out at a message's end and its reader puts there again (RFC 7692, 7.2.1). */
    private static final byte[] TAIL = {0, 0, (byte) 0xFF, (byte) 0xFF};

    private static final int FIRST_CHUNK = 1_024;

    private final int from;
    private final Inflater inflater = new Inflater(true);

    /** Everybody on the loop waits for it, so it takes the quickest way. */
    private final Deflater deflater = new Deflater(Deflater.BEST_SPEED, true);

    private byte[] scratch = new byte[FIRST_CHUNK];
    private boolean ended;

    /**
     * @param from messages shorter than this pass as they are
     */
    public Compression(int from) {
        this.from = from;
    }

    /**
     * What a compressed message says.
     *
     * @param most bytes of it; what says more is given up at that many, whatever it would have come to
     * @return null when it says more
     */
    public byte @Nullable [] inflate(byte[] bytes, int most) throws DataFormatException {
        inflater.reset();
        inflater.setInput(bytes);
        byte[] to = new byte[(int) Math.min(most + 1L, Math.max(FIRST_CHUNK, 4L * bytes.length))];
        int length = 0;
        boolean tail = false;
        while (length <= most) {
            int got = inflater.inflate(to, length, to.length - length);
            length += got;
            if (inflater.finished()) {
                // A block may say that it is the last (7.2.3.4); what comes after it begins anew.
                int left = inflater.getRemaining();
                if (tail || left == 0) {
                    return length > most ? null : Arrays.copyOf(to, length);
                }
                inflater.reset();
                inflater.setInput(bytes, bytes.length - left, left);
            } else if (length == to.length && length <= most) {
                to = Arrays.copyOf(to, (int) Math.min(most + 1L, 2L * to.length));
            } else if (got == 0 && inflater.needsInput()) {
                if (tail) {
                    return Arrays.copyOf(to, length);
                }
                tail = true;
                inflater.setInput(TAIL);
            } else if (got == 0) {
                throw new DataFormatException("asks for a dictionary");
            }
        }
        return null;
    }

    /** Writes a message as one frame: shortened, where that is worth it. */
    public void message(ByteBuf to, Format format, byte[] bytes, int start, int length) {
        int shorter = length < from ? length : deflate(bytes, start, length);
        if (shorter < length) {
            Frames.deflated(to, format, scratch, shorter);
        } else if (format == Format.JSON) {
            Frames.text(to, bytes, start, length);
        } else {
            Frames.binary(to, bytes, start, length);
        }
    }

    /** What it comes to stands in {@link #scratch}; when it comes to no less, that is all there is to know. */
    private int deflate(byte[] bytes, int start, int length) {
        int room = length + TAIL.length;
        if (scratch.length < room) {
            scratch = new byte[room];
        }
        deflater.reset();
        deflater.setInput(bytes, start, length);
        int made = deflater.deflate(scratch, 0, room, Deflater.SYNC_FLUSH);
        return made >= room ? length : made - TAIL.length;
    }

    /** Gives the windows back, which are no memory of the JVM's. */
    void end() {
        if (!ended) {
            ended = true;
            inflater.end();
            deflater.end();
        }
    }
}
