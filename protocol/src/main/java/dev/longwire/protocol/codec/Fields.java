// SPDX-License-Identifier: Apache-2.0
package dev.longwire.protocol.codec;

import dev.longwire.protocol.ErrorCode;
import dev.longwire.protocol.Payload;
import dev.longwire.protocol.Position;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one map of fields said, before anybody knows which of them its type has: so fields may come in any order, and what
 * is wrong with a field counts only where the field is asked for.
 */
final class Fields {

    static final long MAX_NUMBER = (1L << 53) - 1;

    /** A field that is there and can't be used. */
    record Fault(ErrorCode code) {
        static final Fault INVALID = new Fault(ErrorCode.INVALID_FIELD);
        static final Fault LONG = new Fault(ErrorCode.TOO_LARGE);
    }

    /** A JSON or CBOR null. */
    enum Nothing {
        NULL
    }

    private final String prefix;
    private final Map<Field, Object> values = new EnumMap<>(Field.class);

    /** @param prefix what stands before field names in faults, such as {@code since.} */
    Fields(String prefix) {
        this.prefix = prefix;
    }

    void put(Field field, Object value) {
        values.put(field, value);
    }

    String prefix() {
        return prefix;
    }

    boolean has(Field field) {
        return values.containsKey(field);
    }

    boolean isNull(Field field) {
        return values.get(field) == Nothing.NULL;
    }

    boolean isText(Field field, String text) {
        return text.equals(values.get(field));
    }

    Refused invalid(Field field) {
        return new Refused(ErrorCode.INVALID_FIELD, prefix + field.wire());
    }

    Refused missing(Field field) {
        return new Refused(ErrorCode.MISSING_FIELD, prefix + field.wire());
    }

    /** The request's id, or 0 where it can't be read. */
    long idOrZero() {
        return values.get(Field.ID) instanceof Long id && id >= 1 && id <= MAX_NUMBER ? id : 0;
    }

    /** A field of this Java type, or null when it is absent. */
    <T> @Nullable T value(Field field, Class<T> type) throws Refused {
        Object value = values.get(field);
        if (value == null) {
            return null;
        }
        if (value instanceof Fault fault) {
            throw new Refused(fault.code(), prefix + field.wire());
        }
        if (!type.isInstance(value)) {
            throw invalid(field);
        }
        return type.cast(value);
    }

    @Nullable
    String optionalText(Field field, int maxLength) throws Refused {
        String text = value(field, String.class);
        if (text == null) {
            return null;
        }
        if (text.length() > maxLength) {
            throw new Refused(ErrorCode.TOO_LARGE, prefix + field.wire());
        }
        // JSON can write half a surrogate pair as an escape; nothing could ever write it out again.
        if (Utf8.loneSurrogate(text, 0) >= 0) {
            throw invalid(field);
        }
        return text;
    }

    String text(Field field, int maxLength) throws Refused {
        String text = optionalText(field, maxLength);
        if (text == null) {
            throw missing(field);
        }
        return text;
    }

    /** An integer from {@code min} to 2^53 - 1. */
    long number(Field field, long min) throws Refused {
        if (!has(field)) {
            throw missing(field);
        }
        return number(field, min, 0);
    }

    /** An integer from {@code min} to 2^53 - 1, or {@code absent}. */
    long number(Field field, long min, long absent) throws Refused {
        Long value = value(field, Long.class);
        if (value == null) {
            return absent;
        }
        if (value < min || value > MAX_NUMBER) {
            throw invalid(field);
        }
        return value;
    }

    boolean flag(Field field) throws Refused {
        Boolean value = value(field, Boolean.class);
        return value != null && value;
    }

    @Nullable
    Fields map(Field field) throws Refused {
        return value(field, Fields.class);
    }

    /** The maps of a list, or of a map by name (then the name is each map's {@link Field#CHANNEL}); empty when absent. */
    List<Fields> maps(Field field) throws Refused {
        FieldsList list = value(field, FieldsList.class);
        return list == null ? List.of() : list.all();
    }

    @Nullable
    Position position(Field field) throws Refused {
        Fields map = map(field);
        return map == null ? null : map.position();
    }

    /** This map as a position. */
    Position position() throws Refused {
        return new Position(text(Field.EPOCH, 128), number(Field.OFFSET, 0));
    }

    /** This map as a position of presence. */
    Position presencePosition() throws Refused {
        return new Position(text(Field.EPOCH, 128), number(Field.VERSION, 0));
    }

    /** The map of fields that stands here, or null when there is none or a flag. */
    @Nullable
    Fields mapOrFlag(Field field) throws Refused {
        return values.get(field) instanceof Fields map ? map : flagOnly(field);
    }

    private @Nullable Fields flagOnly(Field field) throws Refused {
        flag(field);
        return null;
    }

    Map<String, String> headers() throws Refused {
        Headers headers = value(Field.HEADERS, Headers.class);
        return headers == null ? Map.of() : headers.all();
    }

    @Nullable
    Payload optionalPayload() throws Refused {
        String base64 = value(Field.DATA64, String.class);
        if (base64 == null) {
            return value(Field.DATA, Payload.class);
        }
        if (has(Field.DATA)) {
            throw invalid(Field.DATA64);
        }
        byte[] bytes = Base64.decode(base64);
        if (bytes == null) {
            throw invalid(Field.DATA64);
        }
        return Payload.binary(bytes);
    }

    /** JSON under a name other than {@code data}; or null. */
    @Nullable
    Payload optionalJson(Field field) throws Refused {
        return value(field, Payload.class);
    }

    Payload payload() throws Refused {
        Payload payload = optionalPayload();
        if (payload == null) {
            throw missing(Field.DATA);
        }
        return payload;
    }

    /** A list of maps; a type of its own so that {@link #value} can tell it from anything else. */
    record FieldsList(List<Fields> all) {}

    /** A map of strings; likewise. */
    record Headers(Map<String, String> all) {}
}
