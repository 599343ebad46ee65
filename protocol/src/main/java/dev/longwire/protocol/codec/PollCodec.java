// SPDX-License-Identifier: Apache-2.0
package dev.longwire.protocol.codec;

import dev.longwire.protocol.ClientFrame;
import dev.longwire.protocol.ErrorCode;
import dev.longwire.protocol.Poll;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the bodies of polls and writes what stands around the frames of an answer, in one format. It keeps nothing
 * between calls and may be used by any thread.
 */
public final class PollCodec {

    private static final PollCodec JSON = new PollCodec(Format.JSON);
    private static final PollCodec CBOR = new PollCodec(Format.CBOR);

    private static final int MAX_SESSION = 1024;

    private final Format format;
    private final CodecLimits limits = CodecLimits.DEFAULT;

    private PollCodec(Format format) {
        this.format = format;
    }

    public static PollCodec of(Format format) {
        return format == Format.JSON ? JSON : CBOR;
    }

    /**
     * What a body turned out to be: a poll, or a fault.
     *
     * @param poll null when there is a fault
     * @param fault what is wrong with the body as a whole; frames that are wrong are {@link ClientFrame.Bad} in the poll
     * @param field the field at fault, or null
     */
    public record Body(
            @Nullable Poll poll,
            @Nullable ErrorCode fault,
            @Nullable String field) {}

    public Body decode(byte[] bytes, int offset, int length) {
        ErrorCode fault = Codec.check(format, bytes, offset, length, limits.maxDepth() + Tokens.AROUND);
        if (fault != null) {
            return new Body(null, fault, null);
        }
        try (Tokens tokens = Tokens.of(format, bytes, offset, length, limits.maxDepth())) {
            return new Body(body(tokens), null, null);
        } catch (Refused refused) {
            return new Body(null, refused.code(), refused.field());
        } catch (IOException syntax) {
            return new Body(null, ErrorCode.MALFORMED, null);
        }
    }

    private Poll body(Tokens tokens) throws IOException {
        if (tokens.next() != Token.OPEN_MAP) {
            throw new Refused(ErrorCode.NOT_A_FRAME, null);
        }
        // The frames are read as they come; the rest is asked for when everything is there.
        Fields fields = new Fields("");
        List<ClientFrame> frames = new ArrayList<>();
        tokens.inBatch();
        while (tokens.nextName()) {
            Field field = Field.of(tokens.name());
            Token token = tokens.next();
            if (field == Field.FRAMES && token == Token.OPEN_LIST) {
                tokens.inBatch();
                frames(tokens, frames);
            } else if (field != null && !token.opens()) {
                fields.put(field, FrameReader.plain(tokens, token));
            } else {
                tokens.skip();
                if (field != null) {
                    fields.put(field, Fields.Fault.INVALID);
                }
            }
        }
        if (tokens.next() != Token.END) {
            throw Tokens.malformed();
        }
        if (fields.has(Field.FRAMES)) {
            throw fields.invalid(Field.FRAMES);
        }
        long seq = fields.number(Field.SEQ, 1);
        long ack = fields.number(Field.ACK, 0, seq - 1);
        long wait = fields.number(Field.WAIT, 0, Poll.DEFAULT_WAIT);
        String session = fields.optionalText(Field.SESSION, MAX_SESSION);
        return new Poll(session, seq, ack, wait, fields.flag(Field.STREAM), List.copyOf(frames));
    }

    private void frames(Tokens tokens, List<ClientFrame> to) throws IOException {
        FrameReader reader = new FrameReader(tokens, limits);
        for (Token token = tokens.next(); token != Token.CLOSE_LIST; token = tokens.next()) {
            if (token != Token.OPEN_MAP) {
                throw new Refused(ErrorCode.NOT_A_FRAME, null);
            }
            if (to.size() == limits.maxFrames()) {
                throw new Refused(ErrorCode.TOO_MANY_REQUESTS, null);
            }
            to.add(ClientFrameDecoder.decode(reader.frame()));
        }
    }

    /** Writes what comes before the first frame of an answer. */
    public void begin(ByteSink to, long seq) {
        if (format == Format.JSON) {
            to.write(("{\"seq\":" + seq + ",\"frames\":[").getBytes(StandardCharsets.US_ASCII));
        } else {
            // RFC 8949: a map of two, an unsigned integer of eight bytes, an array of indefinite length.
            to.write(0xA2);
            to.write(0x63);
            to.write("seq".getBytes(StandardCharsets.US_ASCII));
            to.write(0x1B);
            for (int shift = 56; shift >= 0; shift -= 8) {
                to.write((int) (seq >>> shift) & 0xFF);
            }
            to.write(0x66);
            to.write("frames".getBytes(StandardCharsets.US_ASCII));
            to.write(0x9F);
        }
    }

    /** Writes what stands between two frames. */
    public void between(ByteSink to) {
        if (format == Format.JSON) {
            to.write(',');
        }
    }

    /** Writes what comes after the last frame. */
    public void end(ByteSink to) {
        if (format == Format.JSON) {
            to.write(']');
            to.write('}');
        } else {
            to.write(0xFF);
        }
    }
}
