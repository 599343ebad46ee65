// SPDX-License-Identifier: Apache-2.0
package dev.longwire.protocol.codec;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.longwire.protocol.ErrorCode;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of one message, with the promises that hold at every level of it: depth within the limit, no name twice in a
 * map. Whoever skips a value skips it through here.
 */
final class Tokens {

    private final JsonParser parser;
    private final byte[] input;
    private final int base;
    private final Names names;
    private int maxDepth;
    private int depth;
    private long count;

    /** Reads what {@code parser} finds in {@code input} from {@code base} on. */
    Tokens(JsonParser parser, byte[] input, int base, int maxDepth) {
        this.parser = parser;
        this.input = input;
        this.base = base;
        this.maxDepth = maxDepth;
        names = new Names(maxDepth + 2);
    }

    /** The array around the frames has been opened: it does not count. */
    void inBatch() {
        maxDepth++;
    }

    /** How many more levels may be opened here. */
    int room() {
        return maxDepth - depth;
    }

    /** How many tokens were read, and how often names were compared. */
    long work() {
        return count + names.comparisons();
    }

    /** The next token; null at the end of the message. */
    @Nullable
    JsonToken next() throws IOException {
        JsonToken token = parser.nextToken();
        count++;
        if (token == null) {
            return null;
        }
        if (token == JsonToken.FIELD_NAME) {
            if (!names.add(parser.currentName())) {
                throw new Refused(ErrorCode.DUPLICATE_FIELD, null);
            }
        } else if (token.isStructStart()) {
            if (++depth > maxDepth) {
                throw new Refused(ErrorCode.TOO_DEEP, null);
            }
            names.open();
        } else if (token.isStructEnd()) {
            depth--;
            names.close();
        }
        return token;
    }

    /** Goes to the next name of the innermost map; false at its end. */
    boolean nextName() throws IOException {
        return next() == JsonToken.FIELD_NAME;
    }

    JsonToken current() {
        return parser.currentToken();
    }

    String name() throws IOException {
        return parser.currentName();
    }

    String text() throws IOException {
        return parser.getText();
    }

    /** Whether the current token is an integer that fits a long. */
    boolean isLong() throws IOException {
        return parser.currentToken() == JsonToken.VALUE_NUMBER_INT
                && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER;
    }

    long number() throws IOException {
        return parser.getLongValue();
    }

    /** A byte string of CBOR. */
    byte[] binary() throws IOException {
        return parser.getBinaryValue();
    }

    /** Goes to the last token of the value that the current token starts. */
    void skip() throws IOException {
        if (!parser.currentToken().isStructStart()) {
            return;
        }
        for (int outer = depth - 1; depth > outer; ) {
            if (next() == null) {
                throw new Refused(ErrorCode.MALFORMED, null);
            }
        }
    }

    /** The bytes of the value that the current token starts, as they are in the message. */
    byte[] raw() throws IOException {
        int from = base + (int) parser.currentTokenLocation().getByteOffset();
        skip();
        // Strings are read lazily: without this, the parser would still stand behind the opening quote.
        parser.finishToken();
        int to = base + (int) parser.currentLocation().getByteOffset();
        return Arrays.copyOfRange(input, from, to);
    }
}
