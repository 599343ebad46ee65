// SPDX-License-Identifier: Apache-2.0
package dev.longwire.client;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Something to publish.
 *
 * @param payload what it says
 * @param key makes it safe to repeat: within the server's window, the same publisher, channel and key append once. Up to
 *     128 characters; null lets the client choose one, so that its own repeats are safe
 * @param headers for those who read it: up to 16, names up to 64 and values up to 1,024 characters
 * @param slot the key of conflation, up to 128 characters, or null
 */
public record Publication(
        Payload payload,
        @Nullable String key,
        Map<String, String> headers,
        @Nullable String slot) {
    public Publication {
        headers = Map.copyOf(headers);
    }

    /** A publication of this payload alone. */
    public static Publication of(Payload payload) {
        return new Publication(payload, null, Map.of(), null);
    }

    /** The same with this key. */
    public Publication withKey(@Nullable String newKey) {
        return new Publication(payload, newKey, headers, slot);
    }

    /** The same with one header more. */
    public Publication withHeader(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new Publication(payload, key, more, slot);
    }

    /** The same with this slot. */
    public Publication withSlot(@Nullable String newSlot) {
        return new Publication(payload, key, headers, newSlot);
    }
}
