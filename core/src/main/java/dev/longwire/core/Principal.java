// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core;

import dev.longwire.core.access.Capabilities;
import dev.longwire.core.access.Narrowing;
import dev.longwire.protocol.Payload;
import org.jspecify.annotations.Nullable;

/**
 * Who a session speaks for, and what that one may do.
 *
 * @param user the user's id, or null for an anonymous session
 * @param info what others are shown of the user, JSON; or null
 * @param capabilities what may be done
 * @param narrowing how much of it, where that is less than the server allows
 * @param tokenId the id of the token that said so, by which it can be revoked; or null
 * @param issuedAtMillis when the token was made, in ms since 1970; 0 where it doesn't say
 * @param expiresAtMillis when the token ends, in ms since 1970; 0 for never
 */
public record Principal(
        @Nullable String user,
        @Nullable Payload info,
        Capabilities capabilities,
        Narrowing narrowing,
        @Nullable String tokenId,
        long issuedAtMillis,
        long expiresAtMillis) {

    /** Nobody in particular, who may do everything: where no authentication is configured. */
    public static final Principal ANONYMOUS = ofUser(null);

    /** Whoever shows no token where others do: may do what everybody may, and nothing else. */
    public static final Principal NOBODY = new Principal(null, null, Capabilities.NONE, Narrowing.NONE, null, 0, 0);

    /** How long a token lives that never ends. */
    public static final long FOR_EVER = Long.MAX_VALUE;

    /** Somebody who may do everything, for ever. */
    public static Principal ofUser(@Nullable String user) {
        return new Principal(user, null, Capabilities.ALL, Narrowing.NONE, null, 0, 0);
    }

    /** How much of the token's life is left at a time of day, in ms since 1970; not below 0. */
    public long lifeMillis(long wallMillis) {
        return expiresAtMillis == 0 ? FOR_EVER : Math.max(0, expiresAtMillis - wallMillis);
    }
}
