// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.access;

/**
 * Somebody's word that tokens are not to count any more.
 *
 * @param name the user's id, or the token's
 * @param atMillis when it was said, in ms since 1970: of a user's tokens, those made later are good
 * @param lastsMillis how long it is remembered; tokens that live longer than that count again
 */
public record Revocation(Kind kind, String name, long atMillis, long lastsMillis) {

    /** What it names. */
    public enum Kind {
        USER,
        TOKEN
    }

    public Revocation {
        if (lastsMillis <= 0) {
            throw new IllegalArgumentException("lastsMillis must be greater than 0");
        }
    }
}
