// SPDX-License-Identifier: Apache-2.0
package dev.longwire.protocol.codec;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
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

    private static final Codec JSON = new Codec(Parsers.JSON, CodecLimits.DEFAULT);
    private static final Codec CBOR = new Codec(Parsers.CBOR, CodecLimits.DEFAULT);

    private final Parsers parsers;
    private final CodecLimits limits;

    private Codec(Parsers parsers, CodecLimits limits) {
        this.parsers = parsers;
        this.limits = limits;
    }

    /** The codec of a format with the limits of the protocol. */
    public static Codec of(Format format) {
        return format == Format.JSON ? JSON : CBOR;
    }

    public static Codec of(Format format, CodecLimits limits) {
        return new Codec(Parsers.of(format), limits);
    }

    public Format format() {
        return parsers.format();
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
        ServerFrameEncoder.encode(frame, parsers, to);
    }

    /**
     * Reads a {@code message} frame back, such as one that was stored as JSON and is to be sent as CBOR.
     *
     * @throws IllegalArgumentException when the bytes are anything else
     */
    public ServerFrame.Message decodeMessage(byte[] bytes, int offset, int length) {
        if (ClientCodec.of(format()).decodeServer(bytes, offset, length) instanceof ServerFrame.Message message) {
            return message;
        }
        throw new IllegalArgumentException("not a message frame");
    }

    /** What a message's reading came to. */
    static final class Result {
        final List<ClientFrame> frames = new ArrayList<>(1);
        boolean crowded;
        boolean notAFrame;
        /** Tokens read and names compared; the tests bound it. */
        long work;

        private void clear() {
            frames.clear();
            crowded = false;
            notAFrame = false;
        }
    }

    /** Reads a message; not null is the fault of the whole of it. */
    @Nullable
    ErrorCode read(byte[] bytes, int offset, int length, Result result) {
        ErrorCode fault = check(parsers.format(), bytes, offset, length, limits.maxDepth());
        for (int attempt = 0; fault == null && attempt < 2; attempt++) {
            result.clear();
            try (JsonParser parser = parsers.parser(bytes, offset, length)) {
                Tokens tokens = new Tokens(parser, bytes, offset, limits.maxDepth());
                root(tokens, result);
                result.work += tokens.work();
                return result.notAFrame ? ErrorCode.NOT_A_FRAME : result.crowded ? ErrorCode.TOO_MANY_REQUESTS : null;
            } catch (StreamConstraintsException names) {
                // The table of names is full of colliding ones: whose, the second attempt tells.
                parsers.renew();
            } catch (Refused refused) {
                fault = refused.code();
            } catch (IOException syntax) {
                fault = ErrorCode.MALFORMED;
            }
        }
        return fault == null ? ErrorCode.MALFORMED : fault;
    }

    /** What must hold before a parser sees the bytes. */
    static @Nullable ErrorCode check(Format format, byte[] bytes, int offset, int length, int maxDepth) {
        return switch (format) {
            case JSON -> Utf8.valid(bytes, offset, length) ? null : ErrorCode.MALFORMED;
            case CBOR -> CborCheck.fault(bytes, offset, length, maxDepth);
        };
    }

    private void root(Tokens tokens, Result result) throws IOException {
        JsonToken token = tokens.next();
        if (token == null) {
            throw new Refused(ErrorCode.MALFORMED, null);
        }
        FrameReader reader = new FrameReader(tokens, parsers.format(), limits);
        if (token == JsonToken.START_ARRAY) {
            tokens.inBatch();
            for (token = tokens.next(); token != null && token != JsonToken.END_ARRAY; token = tokens.next()) {
                frame(token, tokens, reader, result);
            }
        } else {
            frame(token, tokens, reader, result);
        }
        if (tokens.next() != null) {
            throw new Refused(ErrorCode.MALFORMED, null);
        }
    }

    private void frame(JsonToken token, Tokens tokens, FrameReader reader, Result result) throws IOException {
        if (token != JsonToken.START_OBJECT) {
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
