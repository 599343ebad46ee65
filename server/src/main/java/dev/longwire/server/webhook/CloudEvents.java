// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.webhook;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.longwire.core.event.Event;
import dev.longwire.server.event.EventJson;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Events as CloudEvents 1.0, many in one JSON document. */
final class CloudEvents {

    static final String MEDIA_TYPE = "application/cloudevents-batch+json; charset=utf-8";

    private static final JsonFactory JSON = new JsonFactory();
    private static final String SOURCE = "/longwire";
    private static final String PREFIX = "dev.longwire.";
    private static final String MISSED = "events.missed";

    private CloudEvents() {}

    /** @param boot names this life of the server: positions are its own */
    static byte[] batch(String boot, List<Backlog.Item> items) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartArray();
            for (Backlog.Item each : items) {
                write(json, boot, each);
            }
            json.writeEndArray();
        } catch (IOException e) {
            throw new UncheckedIOException("bytes can always be written", e);
        }
        return bytes.toByteArray();
    }

    private static void write(JsonGenerator json, String boot, Backlog.Item item) throws IOException {
        Event event = item.event();
        String id = boot + ":" + item.position();
        json.writeStartObject();
        json.writeStringField("specversion", "1.0");
        json.writeStringField("id", event == null ? id + ":missed:" + item.missed() : id);
        json.writeStringField("source", SOURCE);
        json.writeStringField(
                "type", PREFIX + (event == null ? MISSED : event.type().label()));
        json.writeStringField("time", Instant.ofEpochMilli(item.timeMillis()).toString());
        String subject = event == null ? null : subject(event);
        if (subject != null) {
            json.writeStringField("subject", subject);
        }
        json.writeStringField("datacontenttype", "application/json");
        json.writeObjectFieldStart("data");
        if (event == null) {
            json.writeNumberField("missed", item.missed());
        } else {
            EventJson.write(json, event);
        }
        json.writeEndObject();
        json.writeEndObject();
    }

    /** What it happened to: the channel, else the user, else the session. */
    private static @Nullable String subject(Event event) {
        String channel = event.channel();
        if (channel != null) {
            return channel;
        }
        return switch (event) {
            case Event.UserOnline online -> online.user();
            case Event.UserOffline offline -> offline.user();
            case Event.OfSession ofSession -> ofSession.who().client();
            case Event.OfChannel ofChannel -> ofChannel.channel();
        };
    }
}
