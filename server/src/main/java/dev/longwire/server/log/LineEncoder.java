// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.encoder.EncoderBase;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import org.slf4j.event.KeyValuePair;

/**
 * An event as one line of JSON: {@code time}, {@code level}, {@code event}, then its own fields. A value can't make a
 * second line or a field of its own, whatever a client put into it.
 */
public final class LineEncoder extends EncoderBase<ILoggingEvent> {

    private static final JsonFactory JSON = new JsonFactory();

    @Override
    public byte[] headerBytes() {
        return new byte[0];
    }

    @Override
    public byte[] encode(ILoggingEvent event) {
        ByteArrayOutputStream line = new ByteArrayOutputStream(256);
        try (JsonGenerator json = JSON.createGenerator(line)) {
            write(event, json);
        } catch (IOException e) {
            throw new UncheckedIOException("an array can always be written to", e);
        }
        line.write('\n');
        return line.toByteArray();
    }

    private static void write(ILoggingEvent event, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField(
                "time",
                Instant.ofEpochMilli(event.getTimeStamp())
                        .truncatedTo(ChronoUnit.MILLIS)
                        .toString());
        json.writeStringField("level", event.getLevel().toString().toLowerCase(Locale.ROOT));
        json.writeStringField("event", event.getFormattedMessage());
        List<KeyValuePair> pairs = event.getKeyValuePairs();
        if (pairs != null) {
            for (KeyValuePair pair : pairs) {
                json.writeFieldName(pair.key);
                if (pair.value instanceof Number number) {
                    json.writeNumber(number.longValue());
                } else {
                    json.writeString(String.valueOf(pair.value));
                }
            }
        }
        if (event.getThrowableProxy() != null) {
            json.writeStringField("logger", event.getLoggerName());
            json.writeStringField("stack", ThrowableProxyUtil.asString(event.getThrowableProxy()));
        }
        json.writeEndObject();
    }

    @Override
    public byte[] footerBytes() {
        return new byte[0];
    }
}
