// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core;

import dev.longwire.core.access.Capabilities;
import dev.longwire.protocol.Payload;
import org.jspecify.annotations.Nullable;

/**
 * Who a session speaks for, and what that one may do.
 *
 * @param user the user's id, or null for an anonymous session
 * @param info what others are shown of the user, JSON; or null
 * @param capabilities what may be done
 * @param tokenId the id of the token that said so, by which it can be revoked; or null
 * @param expiresAtMillis when the token ends, in ms since 1970; 0 for never
 */
public record Principal(
        @Nullable String user,
        @Nullable Payload info,
        Capabilities capabilities,
        @Nullable String tokenId,
        long expiresAtMillis) {

    /** Nobody in particular, who may do everything: where no authentication is configured. */
    public static final Principal ANONYMOUS = new Principal(null, null, Capabilities.ALL, null, 0);

    /** Somebody who may do everything, for ever. */
    public static Principal ofUser(@Nullable String user) {
        return new Principal(user, null, Capabilities.ALL, null, 0);
    }
}
