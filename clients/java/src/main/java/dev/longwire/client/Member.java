// SPDX-License-Identifier: Apache-2.0
package dev.longwire.client;

import dev.longwire.client.json.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who is in a channel: a user, however many sessions they have, or an anonymous session.
 *
 * @param user the user's id, or null of an anonymous session
 * @param client the session's public id, or null of a user
 * @param version grows with each change of this member
 * @param info what the user's token shows of them, as JSON, or null
 * @param data what they said of themselves, or null
 */
public record Member(
        @Nullable String user,
        @Nullable String client,
        long version,
        @Nullable String info,
        @Nullable Payload data) {

    static Member read(JsonObject map) {
        return new Member(
                map.text("user"), map.text("client"), map.number("version", 0), map.raw("info"), Payload.read(map));
    }

    /** Tells users from sessions of the same name. */
    String key() {
        return user == null ? "c:" + client : "u:" + user;
    }
}
