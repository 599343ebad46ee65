// SPDX-License-Identifier: Apache-2.0
package dev.longwire.protocol.codec;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.longwire.protocol.Payload;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The tokens of CBOR that {@link CborCheck} found well-formed. */
final class CborTokens extends Tokens {

    private final JsonParser parser;

    CborTokens(byte[] bytes, int offset, int length, int maxDepth) throws IOException {
        super(maxDepth);
        parser = Jackson.cborParser(bytes, offset, length);
    }

    @Override
    Token read() throws IOException {
        JsonToken token = parser.nextToken();
        if (token == null) {
            return Token.END;
        }
        return switch (token) {
            case START_OBJECT -> Token.OPEN_MAP;
            case END_OBJECT -> Token.CLOSE_MAP;
            case START_ARRAY -> Token.OPEN_LIST;
            case END_ARRAY -> Token.CLOSE_LIST;
            case FIELD_NAME -> Token.NAME;
            case VALUE_STRING -> Token.STRING;
            case VALUE_EMBEDDED_OBJECT -> Token.BYTES;
            case VALUE_NUMBER_INT -> Token.INTEGER;
            case VALUE_NUMBER_FLOAT -> Token.DECIMAL;
            case VALUE_TRUE -> Token.TRUE;
            case VALUE_FALSE -> Token.FALSE;
            case VALUE_NULL -> Token.NULL;
            case NOT_AVAILABLE -> throw malformed();
        };
    }

    @Override
    String name() throws IOException {
        return parser.currentName();
    }

    @Override
    String text() throws IOException {
        return parser.getText();
    }

    @Override
    @Nullable
    Long number() throws IOException {
        return parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER ? null : parser.getLongValue();
    }

    /** Text is JSON text, bytes are bytes; nothing else is a payload. */
    @Override
    @Nullable
    Payload payload() throws IOException {
        if (current() == Token.STRING) {
            byte[] text = text().getBytes(StandardCharsets.UTF_8);
            return JsonTokens.valid(text, room()) ? Payload.json(text) : null;
        }
        if (current() == Token.BYTES) {
            return Payload.binary(parser.getBinaryValue());
        }
        skip();
        return null;
    }

    @Override
    boolean base64() {
        return false;
    }

    @Override
    public void close() throws IOException {
        parser.close();
    }
}
