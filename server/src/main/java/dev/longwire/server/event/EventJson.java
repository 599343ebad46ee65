// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.event;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.longwire.core.event.Event;
import dev.longwire.core.event.Event.Who;
import dev.longwire.protocol.Member;
import dev.longwire.protocol.Payload;
import dev.longwire.protocol.ServerFrame.Message;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How events are written as JSON, the same to everybody who reads them; {@code docs/events.md}. */
public final class EventJson {

    private EventJson() {}

    /** Writes the fields of an event into an object that is open. */
    public static void write(JsonGenerator json, Event event) throws IOException {
        switch (event) {
            case Event.OfSession ofSession -> ofSession(json, ofSession);
            case Event.ChannelOccupied occupied -> json.writeStringField("channel", occupied.channel());
            case Event.ChannelVacated vacated -> json.writeStringField("channel", vacated.channel());
            case Event.MessagePublished published -> message(json, published);
            case Event.MessageRefused refused -> {
                json.writeStringField("channel", refused.channel());
                who(json, refused.who());
                json.writeNumberField("code", refused.code().number());
                json.writeStringField("name", refused.code().wire());
            }
            case Event.OfMember ofMember -> member(json, ofMember);
            case Event.UserOnline online -> user(json, online.user(), online.version());
            case Event.UserOffline offline -> user(json, offline.user(), offline.version());
        }
    }

    private static void ofSession(JsonGenerator json, Event.OfSession event) throws IOException {
        who(json, event.who());
        switch (event) {
            case Event.SessionOpened opened -> optional(json, "agent", opened.agent());
            case Event.SessionResumed resumed -> {
                optional(json, "agent", resumed.agent());
                json.writeNumberField("turn", resumed.turn());
            }
            case Event.SessionClosed closed -> {
                json.writeNumberField("code", closed.code().number());
                json.writeStringField("name", closed.code().wire());
            }
            case Event.SessionError error -> {
                json.writeNumberField("code", error.code().number());
                json.writeStringField("name", error.code().wire());
                optional(json, "field", error.field());
            }
            case Event.SessionSubscribed subscribed -> json.writeStringField("channel", subscribed.channel());
            case Event.SessionUnsubscribed unsubscribed -> {
                json.writeStringField("channel", unsubscribed.channel());
                json.writeStringField("reason", unsubscribed.reason());
            }
            case Event.LimitHit hit ->
                json.writeStringField("limit", hit.limit().label());
        }
    }

    private static void who(JsonGenerator json, Who who) throws IOException {
        if (!who.client().isEmpty()) {
            json.writeStringField("client", who.client());
        }
        optional(json, "user", who.user());
    }

    private static void user(JsonGenerator json, String user, long version) throws IOException {
        json.writeStringField("user", user);
        json.writeNumberField("version", version);
    }

    private static void member(JsonGenerator json, Event.OfMember event) throws IOException {
        Member member = event.member();
        json.writeStringField("channel", event.channel());
        optional(json, "user", member.user());
        optional(json, "client", member.client());
        json.writeNumberField("version", member.version());
        json.writeNumberField("count", event.count());
        payload(json, "info", member.info());
        payload(json, "data", member.data());
    }

    private static void message(JsonGenerator json, Event.MessagePublished published) throws IOException {
        Message message = published.message();
        json.writeStringField("channel", message.channel());
        json.writeStringField("epoch", published.at().epoch());
        json.writeNumberField("offset", message.offset());
        optional(json, "user", message.from());
        if (!message.client().isEmpty()) {
            json.writeStringField("client", message.client());
        }
        optional(json, "slot", message.slot());
        if (!message.headers().isEmpty()) {
            json.writeObjectFieldStart("headers");
            for (Map.Entry<String, String> each : message.headers().entrySet()) {
                json.writeStringField(each.getKey(), each.getValue());
            }
            json.writeEndObject();
        }
        payload(json, "data", message.payload());
    }

    /** JSON as it was sent; bytes as base64 under another name. */
    private static void payload(JsonGenerator json, String name, @Nullable Payload payload) throws IOException {
        if (payload == null) {
            return;
        }
        if (payload.binary()) {
            json.writeBinaryField(name + "64", payload.bytes());
        } else {
            json.writeFieldName(name);
            json.writeRawValue(new String(payload.bytes(), StandardCharsets.UTF_8));
        }
    }

    private static void optional(JsonGenerator json, String name, @Nullable String text) throws IOException {
        if (text != null) {
            json.writeStringField(name, text);
        }
    }
}
