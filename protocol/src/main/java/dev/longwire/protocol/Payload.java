// SPDX-License-Identifier: Apache-2.0
package dev.longwire.protocol;

import java.util.Arrays;

/**
 * What a publisher sends and a subscriber gets, untouched: the bytes of one JSON value as they were written, or plain
 * bytes. Nobody may change the array.
 *
 * @param bytes UTF-8 of a JSON value, or anything when {@code binary}
 * @param binary whether the payload is bytes and not JSON
 */
@SuppressWarnings("ArrayRecordComponent") // copying every payload to guard it would cost more than the rule above
public record Payload(byte[] bytes, boolean binary) {

    public static Payload json(byte[] utf8) {
        return new Payload(utf8, false);
    }

    public static Payload binary(byte[] bytes) {
        return new Payload(bytes, true);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Payload that && binary == that.binary && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes) * 2 + (binary ? 1 : 0);
    }

    @Override
    public String toString() {
        return (binary ? "bytes[" : "json[") + bytes.length + "]";
    }
}
