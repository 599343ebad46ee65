// SPDX-License-Identifier: Apache-2.0
package dev.longwire.faults;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Reads the types of the frames in a message or in the body of a poll, and nothing else of it. */
final class FrameTypes {

    private static final JsonFactory JSON = new JsonFactory();
    private static final JsonFactory CBOR = new CBORFactory();

    /** What the body of a poll says. */
    static final class Body {
        final List<String> types = new ArrayList<>(2);
        boolean stream;
    }

    private FrameTypes() {}

    /** Of bytes that can't be read, what could be read of them. */
    static Body read(byte[] bytes, boolean cbor) {
        Body body = new Body();
        JsonFactory factory = cbor ? CBOR : JSON;
        try (JsonParser parser = factory.createParser(bytes)) {
            JsonToken first = parser.nextToken();
            if (first == JsonToken.START_ARRAY) {
                array(parser, body);
            } else if (first == JsonToken.START_OBJECT) {
                object(parser, body, true);
            }
        } catch (IOException malformed) {
            body.types.add("unreadable");
        }
        return body;
    }

    private static void array(JsonParser parser, Body body) throws IOException {
        for (JsonToken next = parser.nextToken();
                next != null && next != JsonToken.END_ARRAY;
                next = parser.nextToken()) {
            if (next == JsonToken.START_OBJECT) {
                object(parser, body, false);
            } else {
                parser.skipChildren();
            }
        }
    }

    private static void object(JsonParser parser, Body body, boolean top) throws IOException {
        for (JsonToken next = parser.nextToken(); next == JsonToken.FIELD_NAME; next = parser.nextToken()) {
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            if (name.equals("type") && value == JsonToken.VALUE_STRING) {
                body.types.add(parser.getText());
            } else if (top && name.equals("frames") && value == JsonToken.START_ARRAY) {
                array(parser, body);
            } else if (top && name.equals("stream")) {
                body.stream = value == JsonToken.VALUE_TRUE;
            } else {
                parser.skipChildren();
            }
        }
    }
}
