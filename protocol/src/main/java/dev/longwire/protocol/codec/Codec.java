// SPDX-License-Identifier: Apache-2.0
package dev.longwire.protocol.codec;

import dev.longwire.protocol.ClientFrame;
import dev.longwire.protocol.ErrorCode;
import dev.longwire.protocol.ServerFrame;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads what clients send and writes what servers send, in one format. It keeps nothing between calls and may be used
 * by any thread.
 *
 * <p>Reading never fails: what is wrong with a frame comes as a {@link ClientFrame.Bad} in its place; what is wrong with
 * the whole message comes as exactly one, with a code that closes ({@link ErrorCode#close()}), and no frame of the
 * message is handed out. A message is read to its end before any of it is handed out.
 *
 * <p>Payloads pass through as they came: the bytes between the colon and the comma, checked and not re-written.
 */
public final class Codec {

    private static final Codec JSON = new Codec(Format.JSON, CodecLimits.DEFAULT);
    private static final Codec CBOR = new Codec(Format.CBOR, CodecLimits.DEFAULT);

    private final Format format;
    private final CodecLimits limits;

    private Codec(Format format, CodecLimits limits) {
        this.format = format;
        this.limits = limits;
    }

    /** The codec of a format with the limits of the protocol. */
    public static Codec of(Format format) {
        return format == Format.JSON ? JSON : CBOR;
    }

    public static Codec of(Format format, CodecLimits limits) {
        return new Codec(format, limits);
    }

    public Format format() {
        return format;
    }

    /** The frames of one message. */
    public List<ClientFrame> decode(byte[] bytes, int offset, int length) {
        Result result = new Result();
        ErrorCode fault = read(bytes, offset, length, result);
        return fault == null ? result.frames : List.of(new ClientFrame.Bad(0, fault, null));
    }

    public byte[] encode(ServerFrame frame) {
        ByteSink sink = new ByteSink();
        encode(frame, sink);
        return sink.toByteArray();
    }

    /** Appends the frame. */
    public void encode(ServerFrame frame, ByteSink to) {
        ServerFrameEncoder.encode(frame, format, to);
    }

    /**
     * Reads a {@code message} frame back, such as one that was stored as JSON and is to be sent as CBOR.
     *
     * @throws IllegalArgumentException when the bytes are anything else
     */
    public ServerFrame.Message decodeMessage(byte[] bytes, int offset, int length) {
        if (ClientCodec.of(format).decodeServer(bytes, offset, length) instanceof ServerFrame.Message message) {
            return message;
        }
        throw new IllegalArgumentException("not a message frame");
    }

    /**
     * Reads whatever a channel's log holds: a {@code message}, or a change of presence.
     *
     * @throws IllegalArgumentException when the bytes are anything else
     */
    public ServerFrame decodeStored(byte[] bytes, int offset, int length) {
        ServerFrame frame = ClientCodec.of(format).decodeServer(bytes, offset, length);
        if (frame instanceof ServerFrame.Message || frame instanceof ServerFrame.Changed) {
            return frame;
        }
        throw new IllegalArgumentException("nothing that a log holds");
    }

    /** What a message's reading came to. */
    static final class Result {
        final List<ClientFrame> frames = new ArrayList<>(1);
        boolean crowded;
        boolean notAFrame;
        /** Tokens read and names compared; the tests bound it. */
        long work;
    }

    /** Reads a message; not null is the fault of the whole of it. */
    @Nullable
    ErrorCode read(byte[] bytes, int offset, int length, Result result) {
        ErrorCode fault = check(format, bytes, offset, length, limits.maxDepth());
        if (fault != null) {
            return fault;
        }
        try (Tokens tokens = Tokens.of(format, bytes, offset, length, limits.maxDepth())) {
            root(tokens, result);
            result.work = tokens.work();
        } catch (Refused refused) {
            return refused.code();
        } catch (IOException syntax) {
            return ErrorCode.MALFORMED;
        }
        if (result.notAFrame) {
            return ErrorCode.NOT_A_FRAME;
        }
        return result.crowded ? ErrorCode.TOO_MANY_REQUESTS : null;
    }

    /** What must hold before a parser sees the bytes. */
    static @Nullable ErrorCode check(Format format, byte[] bytes, int offset, int length, int maxDepth) {
        return switch (format) {
            case JSON -> Utf8.valid(bytes, offset, length) ? null : ErrorCode.MALFORMED;
            case CBOR -> CborCheck.fault(bytes, offset, length, maxDepth);
        };
    }

    private void root(Tokens tokens, Result result) throws IOException {
        Token token = tokens.next();
        FrameReader reader = new FrameReader(tokens, limits);
        if (token == Token.OPEN_LIST) {
            tokens.inBatch();
            for (token = tokens.next(); token != Token.CLOSE_LIST; token = tokens.next()) {
                frame(token, tokens, reader, result);
            }
        } else {
            frame(token, tokens, reader, result);
        }
        if (tokens.next() != Token.END) {
            throw Tokens.malformed();
        }
    }

    private void frame(Token token, Tokens tokens, FrameReader reader, Result result) throws IOException {
        if (token != Token.OPEN_MAP) {
            tokens.skip();
            result.notAFrame = true;
        } else if (result.frames.size() == limits.maxFrames()) {
            tokens.skip();
            result.crowded = true;
        } else {
            result.frames.add(ClientFrameDecoder.decode(reader.frame()));
        }
    }
}
