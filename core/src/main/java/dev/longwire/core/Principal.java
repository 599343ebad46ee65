// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core;

import org.jspecify.annotations.Nullable;

/**
 * Who a session speaks for.
 *
 * @param user the user's id, or null for an anonymous session
 * @param expiresAtMillis when the token ends, in ms since 1970; 0 for never
 */
public record Principal(@Nullable String user, long expiresAtMillis) {

    public static final Principal ANONYMOUS = new Principal(null, 0);
}
