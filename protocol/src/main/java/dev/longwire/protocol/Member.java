// SPDX-License-Identifier: Apache-2.0
package dev.longwire.protocol;

import org.jspecify.annotations.Nullable;

/**
 * Somebody who is in a channel: a user, however many sessions they have, or an anonymous session.
 *
 * @param user the user's id; null for an anonymous session
 * @param client an anonymous session's public id; null for a user
 * @param info what the user's token shows of them, JSON; or null
 * @param data what they said of themselves; or null
 * @param version the version of the channel's presence with which they came to be as this says, or left
 */
public record Member(
        @Nullable String user,
        @Nullable String client,
        @Nullable Payload info,
        @Nullable Payload data,
        long version) {}
