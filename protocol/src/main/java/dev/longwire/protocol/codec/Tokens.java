// SPDX-License-Identifier: Apache-2.0
package dev.longwire.protocol.codec;

import dev.longwire.protocol.ErrorCode;
import dev.longwire.protocol.Payload;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of one message, with the promises that hold at every level of it: depth within the limit, no name twice in a
 * map. Whoever skips a value skips it through here.
 */
abstract class Tokens implements AutoCloseable {

    /** How many levels there may be around a frame: the map and the array of a poll's body. */
    static final int AROUND = 2;

    private final Names names;
    private int maxDepth;
    private int depth;
    private long count;
    private Token current = Token.END;

    Tokens(int maxDepth) {
        this.maxDepth = maxDepth;
        names = new Names(maxDepth + AROUND);
    }

    /** The tokens of a message that {@link Codec#check} has let through. */
    static Tokens of(Format format, byte[] bytes, int offset, int length, int maxDepth) throws IOException {
        return switch (format) {
            case JSON -> new JsonTokens(bytes, offset, length, maxDepth);
            case CBOR -> new CborTokens(bytes, offset, length, maxDepth);
        };
    }

    /** Reads the next token; its opening may be one level deeper than allowed, and is refused then. */
    abstract Token read() throws IOException;

    /** The current name. */
    abstract String name() throws IOException;

    /** The current string. */
    abstract String text() throws IOException;

    /** The current integer, or null where it is beyond 2^53 by far. */
    abstract @Nullable Long number() throws IOException;

    /** The value that the current token starts, read to its end, as a payload; null where it can't be one. */
    abstract @Nullable Payload payload() throws IOException;

    /** Whether bytes come as text in a field of their own. */
    abstract boolean base64();

    /** What stands around the frames has been opened by one level: it does not count. */
    final void inBatch() {
        maxDepth++;
    }

    /** How many more levels may be opened here. */
    final int room() {
        return maxDepth - depth;
    }

    /** How many tokens were read, and how often names were compared. */
    final long work() {
        return count + names.comparisons();
    }

    final Token next() throws IOException {
        current = read();
        count++;
        if (current == Token.NAME) {
            if (!names.add(name())) {
                throw new Refused(ErrorCode.DUPLICATE_FIELD, null);
            }
        } else if (current.opens()) {
            if (++depth > maxDepth) {
                throw new Refused(ErrorCode.TOO_DEEP, null);
            }
            names.open();
        } else if (current.closes()) {
            depth--;
            names.close();
        }
        return current;
    }

    /** Goes to the next name of the innermost map; false at its end. */
    final boolean nextName() throws IOException {
        return next() == Token.NAME;
    }

    final Token current() {
        return current;
    }

    /** Goes to the last token of the value that the current token starts. */
    final void skip() throws IOException {
        if (current.opens()) {
            for (int outer = depth - 1; depth > outer; ) {
                next();
            }
        }
    }

    static Refused malformed() {
        return new Refused(ErrorCode.MALFORMED, null);
    }

    @Override
    public void close() throws IOException {}
}
