// SPDX-License-Identifier: Apache-2.0
package dev.longwire.conformance;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes trees of messages. On purpose not the protocol's own codec: what that one writes is judged here.
 *
 * <p>CBOR is read as the JSON that says the same: a text string {@code data} is JSON text, bytes are {@code data64}.
 */
final class JsonReader {

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();
    private static final CBORFactory CBOR = CBORFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private final JsonParser parser;

    /** The text being read, or none for CBOR. */
    private final byte[] source;

    private final boolean binary;

    private JsonReader(JsonParser parser, byte[] source, boolean binary) {
        this.parser = parser;
        this.source = source;
        this.binary = binary;
    }

    static Json json(byte[] bytes) {
        try (JsonParser parser = JSON.createParser(bytes)) {
            return new JsonReader(parser, bytes, false).message();
        } catch (IOException e) {
            throw new TranscriptException("not JSON: " + new String(bytes, StandardCharsets.UTF_8));
        }
    }

    static Json cbor(byte[] bytes) {
        try (JsonParser parser = CBOR.createParser(bytes)) {
            return new JsonReader(parser, bytes, true).message();
        } catch (IOException e) {
            throw new TranscriptException("not CBOR: " + Hex.text(bytes));
        }
    }

    private Json message() throws IOException {
        parser.nextToken();
        Json json = value();
        if (parser.nextToken() != null) {
            throw new TranscriptException("more than one value in a message");
        }
        return json;
    }

    private Json value() throws IOException {
        JsonToken token = parser.currentToken();
        if (token == null) {
            throw new TranscriptException("an empty message");
        }
        return switch (token) {
            case START_OBJECT -> object();
            case START_ARRAY -> array();
            case VALUE_STRING -> new Json.Text(parser.getText());
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new Json.Literal(parser.getText());
            case VALUE_TRUE, VALUE_FALSE, VALUE_NULL -> new Json.Literal(parser.getText());
            default -> throw new TranscriptException("unexpected " + token.name());
        };
    }

    private Json object() throws IOException {
        Map<String, Json> fields = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            JsonToken token = parser.nextToken();
            if (!name.equals("data")) {
                fields.put(name, value());
            } else if (token == JsonToken.VALUE_EMBEDDED_OBJECT) {
                fields.put("data64", new Json.Text(Base64.getEncoder().encodeToString(parser.getBinaryValue())));
            } else {
                fields.put(name, binary ? payloadInCbor(token) : payloadInJson());
            }
        }
        return new Json.Obj(fields);
    }

    private Json array() throws IOException {
        List<Json> items = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            items.add(value());
        }
        return new Json.Arr(items);
    }

    private Json payloadInCbor(JsonToken token) throws IOException {
        if (token != JsonToken.VALUE_STRING) {
            throw new TranscriptException("data in CBOR is a text or bytes");
        }
        return new Json.Payload(parser.getText());
    }

    private Json payloadInJson() throws IOException {
        int start = (int) parser.currentTokenLocation().getByteOffset();
        parser.skipChildren();
        parser.finishToken();
        int end = (int) parser.currentLocation().getByteOffset();
        return new Json.Payload(new String(source, start, end - start, StandardCharsets.UTF_8));
    }
}
