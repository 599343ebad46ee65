// SPDX-License-Identifier: Apache-2.0
package dev.longwire.protocol.codec;

import dev.longwire.protocol.ClientFrame;
import dev.longwire.protocol.ErrorCode;
import dev.longwire.protocol.ServerFrame;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The other side of {@link Codec}: writes what clients send and reads what servers send. */
public final class ClientCodec {

    private static final ClientCodec JSON = new ClientCodec(Format.JSON);
    private static final ClientCodec CBOR = new ClientCodec(Format.CBOR);

    private final Format format;

    private ClientCodec(Format format) {
        this.format = format;
    }

    public static ClientCodec of(Format format) {
        return format == Format.JSON ? JSON : CBOR;
    }

    public byte[] encode(ClientFrame frame) {
        ByteSink sink = new ByteSink();
        ClientFrameEncoder.encode(frame, format, sink);
        return sink.toByteArray();
    }

    /**
     * Reads one frame.
     *
     * @throws IllegalArgumentException when the bytes are not one frame of a server
     */
    public ServerFrame decodeServer(byte[] bytes, int offset, int length) {
        List<ServerFrame> frames = decodeBatch(bytes, offset, length);
        if (frames.size() != 1) {
            throw new IllegalArgumentException("not one frame");
        }
        return frames.get(0);
    }

    /**
     * Reads one frame, or an array of them.
     *
     * @throws IllegalArgumentException when the bytes are not frames of a server
     */
    public List<ServerFrame> decodeBatch(byte[] bytes, int offset, int length) {
        int maxDepth = CodecLimits.DEFAULT.maxDepth() + 2;
        ErrorCode fault = Codec.check(format, bytes, offset, length, maxDepth);
        if (fault != null) {
            throw new IllegalArgumentException(fault.wire());
        }
        List<ServerFrame> frames = new ArrayList<>(1);
        try (Tokens tokens = Tokens.of(format, bytes, offset, length, maxDepth)) {
            FrameReader reader = FrameReader.fromServer(tokens);
            Token first = tokens.next();
            boolean batch = first == Token.OPEN_LIST;
            Token token = batch ? tokens.next() : first;
            while (token == Token.OPEN_MAP) {
                frames.add(ServerFrameDecoder.decode(reader.frame()));
                token = tokens.next();
            }
            if (batch ? token != Token.CLOSE_LIST || tokens.next() != Token.END : token != Token.END) {
                throw new IllegalArgumentException("not a frame or an array of frames");
            }
        } catch (IOException refused) {
            throw new IllegalArgumentException("not a frame of a server", refused);
        }
        return frames;
    }
}
