// SPDX-License-Identifier: Apache-2.0
package dev.longwire.protocol.bridge;

import dev.longwire.protocol.codec.ByteSink;
import dev.longwire.protocol.codec.Utf8;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Bodies as bytes: records, each a kind in one byte, a length in four (the highest first), and so many bytes. The head, if
 * there is one, is the first.
 */
public final class BodyCodec {

    /** Bytes before those of a record. */
    public static final int BEFORE = 5;

    /** The longest piece that may be sent. */
    public static final int LONGEST = 64 * 1024;

    private static final int HEAD = 0;
    private static final int TEXT = 1;
    private static final int BINARY = 2;
    private static final int OPENED = 3;
    private static final int CLOSE = 8;
    private static final int MORE = 0x80;
    private static final int LONGEST_REASON = 123;
    private static final int LONGEST_HEAD = 16 * 1024;

    private BodyCodec() {}

    /** What a client sent; null when it is not what clients may send. */
    public static @Nullable Body read(byte[] bytes) {
        ClientHead head = ClientHead.NONE;
        List<Piece> pieces = new ArrayList<>();
        int at = 0;
        while (at < bytes.length) {
            int length = bytes.length - at < BEFORE ? -1 : length(bytes, at + 1);
            if (length < 0 || length > bytes.length - at - BEFORE) {
                return null;
            }
            int kind = bytes[at] & 0xFF;
            int start = at + BEFORE;
            if (kind == HEAD) {
                ClientHead said = at > 0 || length > LONGEST_HEAD
                        ? null
                        : ClientHead.read(Arrays.copyOfRange(bytes, start, start + length));
                if (said == null) {
                    return null;
                }
                head = said;
            } else {
                Piece piece = piece(kind, bytes, start, length);
                if (piece == null) {
                    return null;
                }
                pieces.add(piece);
            }
            at = start + length;
        }
        return new Body(head, pieces);
    }

    private static int length(byte[] bytes, int at) {
        return bytes[at] << 24 | (bytes[at + 1] & 0xFF) << 16 | (bytes[at + 2] & 0xFF) << 8 | bytes[at + 3] & 0xFF;
    }

    private static @Nullable Piece piece(int kind, byte[] bytes, int start, int length) {
        if (length > LONGEST) {
            return null;
        }
        byte[] content = Arrays.copyOfRange(bytes, start, start + length);
        return switch (kind) {
            case TEXT, TEXT | MORE, BINARY, BINARY | MORE ->
                new Piece.Part((kind & ~MORE) == BINARY, (kind & MORE) == 0, content);
            case CLOSE -> close(content);
            default -> null;
        };
    }

    /** Of the codes those that a page may give, and those of a connection that ends by itself. */
    private static @Nullable Piece close(byte[] content) {
        if (content.length == 0) {
            return new Piece.Close(Piece.Close.NONE, "");
        }
        if (content.length < 2 || content.length > 2 + LONGEST_REASON) {
            return null;
        }
        int code = (content[0] & 0xFF) << 8 | content[1] & 0xFF;
        boolean may = code == 1000 || code == 1001 || code == 1007 || code == 1009 || code >= 3000 && code <= 4999;
        if (!may || !Utf8.valid(content, 2, content.length - 2)) {
            return null;
        }
        return new Piece.Close(code, new String(content, 2, content.length - 2, StandardCharsets.UTF_8));
    }

    /** Writes a head, which is JSON. */
    public static void head(ByteSink to, String json) {
        record(to, HEAD, json.getBytes(StandardCharsets.UTF_8));
    }

    /** Writes what stands before the bytes of a part, which follow. */
    public static void before(ByteSink to, Piece.Part part) {
        begin(to, (part.binary() ? BINARY : TEXT) | (part.last() ? 0 : MORE), part.bytes().length);
    }

    /** Writes a piece. */
    public static void piece(ByteSink to, Piece piece) {
        switch (piece) {
            case Piece.Part part -> {
                before(to, part);
                to.write(part.bytes());
            }
            case Piece.Opened opened -> record(to, OPENED, opened.subprotocol().getBytes(StandardCharsets.UTF_8));
            case Piece.Close close -> {
                byte[] reason = close.reason().getBytes(StandardCharsets.UTF_8);
                boolean none = close.code() == Piece.Close.NONE;
                begin(to, CLOSE, none ? 0 : 2 + reason.length);
                if (!none) {
                    to.write(close.code() >> 8);
                    to.write(close.code());
                    to.write(reason);
                }
            }
        }
    }

    private static void record(ByteSink to, int kind, byte[] content) {
        begin(to, kind, content.length);
        to.write(content);
    }

    private static void begin(ByteSink to, int kind, int length) {
        to.write(kind);
        to.write(length >>> 24);
        to.write(length >>> 16);
        to.write(length >>> 8);
        to.write(length);
    }
}
