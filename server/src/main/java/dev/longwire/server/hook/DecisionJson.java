// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.hook;

import dev.longwire.core.hook.Decision;
import dev.longwire.core.hook.Hook;
import dev.longwire.protocol.Payload;
import dev.longwire.protocol.codec.CodecLimits;
import dev.longwire.protocol.codec.StrictJson;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a backend answers. */
final class DecisionJson {

    private static final byte[] YES = "true".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NO = "false".getBytes(StandardCharsets.US_ASCII);
    private static final long LONGEST_SECONDS = 86_400;

    /** As in a client's publish (M6). */
    private static final int MOST_HEADERS = 16;

    private static final int LONGEST_NAME = 64;
    private static final int LONGEST_VALUE = 1_024;

    private DecisionJson() {}

    /** The decision, or null when the answer is none: what can't be read as a whole decides nothing. */
    static @Nullable Decision read(byte[] body, Hook.Kind kind, int payloadBytes) {
        Map<String, byte[]> fields = StrictJson.members(body, CodecLimits.DEFAULT.maxDepth());
        if (fields == null) {
            return null;
        }
        byte[] allow = fields.get("allow");
        boolean yes = Arrays.equals(YES, allow);
        boolean no = Arrays.equals(NO, allow);
        boolean brings = fields.containsKey("data") || fields.containsKey("data64");
        long keepMillis = keepMillis(fields.get("max_age"));
        if (allow == null ? kind != Hook.Kind.CALL || !brings : !yes && !no) {
            return null;
        }
        if (keepMillis < 0) {
            return null;
        }
        if (no) {
            return new Decision.Refused(keepMillis);
        }
        if (kind != Hook.Kind.PUBLISH && kind != Hook.Kind.CALL) {
            return new Decision.Allowed(null, null, keepMillis);
        }
        Payload data = brings ? payload(fields, payloadBytes) : null;
        byte[] said = kind == Hook.Kind.PUBLISH ? fields.get("headers") : null;
        Map<String, String> headers = said == null ? null : headers(said);
        boolean unreadable = brings && data == null || said != null && headers == null;
        return unreadable ? null : new Decision.Allowed(data, headers, keepMillis);
    }

    private static long keepMillis(byte @Nullable [] maxAge) {
        if (maxAge == null) {
            return 0;
        }
        Long seconds = StrictJson.integer(maxAge);
        return seconds == null || seconds < 0 || seconds > LONGEST_SECONDS ? -1 : seconds * 1_000;
    }

    private static @Nullable Payload payload(Map<String, byte[]> fields, int payloadBytes) {
        byte[] json = fields.get("data");
        byte[] base64 = fields.get("data64");
        Payload payload = null;
        if (json != null && base64 == null) {
            payload = Payload.json(json);
        } else if (base64 != null && json == null) {
            String text = StrictJson.text(base64);
            payload = text == null ? null : bytes(text);
        }
        return payload == null || payload.bytes().length > payloadBytes ? null : payload;
    }

    private static @Nullable Payload bytes(String text) {
        try {
            return Payload.binary(Base64.getDecoder().decode(text));
        } catch (IllegalArgumentException unreadable) {
            return null;
        }
    }

    private static @Nullable Map<String, String> headers(byte[] said) {
        Map<String, byte[]> members = StrictJson.members(said, 1);
        if (members == null || members.size() > MOST_HEADERS) {
            return null;
        }
        Map<String, String> headers = new LinkedHashMap<>();
        for (Map.Entry<String, byte[]> each : members.entrySet()) {
            String value = StrictJson.text(each.getValue());
            if (value == null || value.length() > LONGEST_VALUE || each.getKey().length() > LONGEST_NAME) {
                return null;
            }
            headers.put(each.getKey(), value);
        }
        return headers;
    }
}
