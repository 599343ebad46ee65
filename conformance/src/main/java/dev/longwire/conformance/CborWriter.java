// SPDX-License-Identifier: Apache-2.0
package dev.longwire.conformance;

import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import com.fasterxml.jackson.dataformat.cbor.CBORGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** Writes a client's frames, given as JSON, as the CBOR that says the same. */
final class CborWriter {

    private static final CBORFactory CBOR = new CBORFactory();

    private CborWriter() {}

    static byte[] bytes(Json json) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (CBORGenerator generator = CBOR.createGenerator(out)) {
            write(json, generator);
        } catch (IOException e) {
            throw new TranscriptException("can't be written as CBOR: " + Json.text(json));
        }
        return out.toByteArray();
    }

    private static void write(Json json, CBORGenerator out) throws IOException {
        switch (json) {
            case Json.Obj(Map<String, Json> fields) -> {
                out.writeStartObject(json, fields.size());
                for (Map.Entry<String, Json> field : fields.entrySet()) {
                    field(field.getKey(), field.getValue(), out);
                }
                out.writeEndObject();
            }
            case Json.Arr(List<Json> items) -> {
                out.writeStartArray(json, items.size());
                for (Json item : items) {
                    write(item, out);
                }
                out.writeEndArray();
            }
            case Json.Text(String value) -> out.writeString(value);
            case Json.Literal(String written) -> literal(written, out);
            case Json.Payload(String written) -> out.writeString(written);
        }
    }

    private static void field(String name, Json value, CBORGenerator out) throws IOException {
        if (name.equals("data64") && value instanceof Json.Text(String base64)) {
            out.writeFieldName("data");
            out.writeBinary(Base64.getDecoder().decode(base64));
            return;
        }
        out.writeFieldName(name);
        write(value, out);
    }

    private static void literal(String written, CBORGenerator out) throws IOException {
        switch (written) {
            case "true" -> out.writeBoolean(true);
            case "false" -> out.writeBoolean(false);
            case "null" -> out.writeNull();
            default -> {
                if (written.indexOf('.') < 0 && written.indexOf('e') < 0) {
                    out.writeNumber(Long.parseLong(written));
                } else {
                    out.writeNumber(Double.parseDouble(written));
                }
            }
        }
    }
}
