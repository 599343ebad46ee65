// SPDX-License-Identifier: Apache-2.0
package dev.longwire.protocol.codec;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.longwire.protocol.Payload;
import dev.longwire.protocol.Position;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes maps of fields in one format.
 *
 * <p>Maps are opened with their number of fields, which makes CBOR's of definite length; the CBOR generator refuses a
 * wrong number, so that the tests find one.
 */
final class FrameWriter implements AutoCloseable {

    private final JsonGenerator generator;
    private final ByteSink sink;
    private final Format format;

    FrameWriter(Format format, ByteSink sink) throws IOException {
        generator = Jackson.generator(format, sink);
        this.sink = sink;
        this.format = format;
    }

    /** Opens a frame: its type is one of the {@code fields}, and so is its id unless that is 0. */
    void open(String type, long id, int fields) throws IOException {
        open(id > 0 ? fields : fields - 1);
        text(Field.TYPE, type);
        if (id > 0) {
            number(Field.ID, id);
        }
    }

    void open(int fields) throws IOException {
        generator.writeStartObject(null, fields);
    }

    void open(Field field, int fields) throws IOException {
        generator.writeFieldName(field.wire());
        open(fields);
    }

    /** Opens a map under a name that is no field of ours. */
    void openNamed(String name, int fields) throws IOException {
        generator.writeFieldName(Utf8.wellFormed(name));
        open(fields);
    }

    void end() throws IOException {
        generator.writeEndObject();
    }

    void openList(Field field, int items) throws IOException {
        generator.writeFieldName(field.wire());
        generator.writeStartArray(null, items);
    }

    void endList() throws IOException {
        generator.writeEndArray();
    }

    void text(Field field, @Nullable String value) throws IOException {
        generator.writeFieldName(field.wire());
        if (value == null) {
            generator.writeNull();
        } else {
            generator.writeString(Utf8.wellFormed(value));
        }
    }

    void textIfAny(Field field, @Nullable String value) throws IOException {
        if (value != null) {
            text(field, value);
        }
    }

    void number(Field field, long value) throws IOException {
        generator.writeFieldName(field.wire());
        generator.writeNumber(value);
    }

    /** Writes a time, or null for 0. */
    void time(Field field, long millis) throws IOException {
        if (millis > 0) {
            number(field, millis);
        } else {
            text(field, null);
        }
    }

    void flag(Field field, boolean value) throws IOException {
        generator.writeFieldName(field.wire());
        generator.writeBoolean(value);
    }

    void flagIfSet(Field field, boolean value) throws IOException {
        if (value) {
            flag(field, true);
        }
    }

    /** Writes a position's two fields into the open map. */
    void position(Position position) throws IOException {
        text(Field.EPOCH, position.epoch());
        number(Field.OFFSET, position.offset());
    }

    void position(Field field, @Nullable Position position) throws IOException {
        if (position != null) {
            open(field, 2);
            position(position);
            end();
        }
    }

    void headers(Map<String, String> headers) throws IOException {
        if (headers.isEmpty()) {
            return;
        }
        open(Field.HEADERS, headers.size());
        for (Map.Entry<String, String> header : headers.entrySet()) {
            generator.writeFieldName(Utf8.wellFormed(header.getKey()));
            generator.writeString(Utf8.wellFormed(header.getValue()));
        }
        end();
    }

    /** Writes a position of presence into the open map. */
    void presencePosition(Position position) throws IOException {
        text(Field.EPOCH, position.epoch());
        number(Field.VERSION, position.offset());
    }

    void payload(@Nullable Payload payload) throws IOException {
        if (payload != null && payload.binary()) {
            generator.writeFieldName(format == Format.JSON ? Field.DATA64.wire() : Field.DATA.wire());
            generator.writeBinary(payload.bytes());
        } else {
            json(Field.DATA, payload);
        }
    }

    /** Writes JSON as it stands; in CBOR as a text. */
    void json(Field field, @Nullable Payload payload) throws IOException {
        if (payload == null) {
            return;
        }
        byte[] bytes = payload.bytes();
        generator.writeFieldName(field.wire());
        if (format == Format.JSON) {
            // The generator writes the colon, and what it holds goes first: then the bytes as they are.
            generator.writeRawValue("");
            generator.flush();
            sink.write(bytes, 0, bytes.length);
        } else {
            generator.writeUTF8String(bytes, 0, bytes.length);
        }
    }

    @Override
    public void close() throws IOException {
        generator.close();
    }
}
