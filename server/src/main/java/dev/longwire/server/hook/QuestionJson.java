// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.hook;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.longwire.core.hook.Hook;
import dev.longwire.core.hook.Question;
import dev.longwire.protocol.Payload;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Questions as requests have them. */
final class QuestionJson {

    private static final JsonFactory JSON = new JsonFactory();

    private QuestionJson() {}

    static byte[] write(Question question) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            write(json, question);
        } catch (IOException e) {
            throw new UncheckedIOException("bytes can always be written", e);
        }
        return bytes.toByteArray();
    }

    private static void write(JsonGenerator json, Question question) throws IOException {
        json.writeStartObject();
        json.writeStringField("type", question.kind().wire());
        json.writeStringField("id", question.id());
        if (question.kind() != Hook.Kind.CONNECT) {
            json.writeStringField(question.kind() == Hook.Kind.CALL ? "method" : "channel", question.what());
        }
        json.writeStringField("user", question.who().user());
        json.writeStringField("client", question.who().client());
        if (question.who().agent() != null) {
            json.writeStringField("agent", question.who().agent());
        }
        if (question.who().info() != null) {
            raw(json, "info", question.who().info());
        }
        Payload data = question.data();
        if (data != null && data.binary()) {
            json.writeBinaryField("data64", data.bytes());
        } else if (data != null) {
            raw(json, "data", data);
        }
        if (!question.headers().isEmpty()) {
            json.writeObjectFieldStart("headers");
            for (Map.Entry<String, String> each : question.headers().entrySet()) {
                json.writeStringField(each.getKey(), each.getValue());
            }
            json.writeEndObject();
        }
        json.writeEndObject();
    }

    /** Character by character as it was written. */
    private static void raw(JsonGenerator json, String name, Payload value) throws IOException {
        json.writeFieldName(name);
        json.writeRawValue(new String(value.bytes(), StandardCharsets.UTF_8));
    }
}
