// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.presence;

import dev.longwire.core.log.Retention;

/**
 * What presence may cost, and how long things may take.
 *
 * @param graceMillis how long a member whose session has no carrier stays; 0 for not at all. A goodbye needs no grace
 * @param leaseMillis how long the members of a hub stay that is not heard of any more
 * @param stateBytes what a member may say of itself; more is {@code too_large}
 * @param batchFrom members from which on changes are told at most once per {@code batchMillis}
 */
public record PresenceSettings(long graceMillis, long leaseMillis, int stateBytes, int batchFrom, long batchMillis) {

    public static final PresenceSettings DEFAULT = new PresenceSettings(15_000, 30_000, 4 * 1024, 100, 1_000);

    /** How long changes are kept for observers that come back; who needs older ones is told everybody instead. */
    public static final Retention CHANGES = new Retention(60_000, 64, 256 * 1024, 60_000);

    public PresenceSettings {
        if (graceMillis < 0 || leaseMillis < 1 || stateBytes < 0 || batchFrom < 1 || batchMillis < 1) {
            throw new IllegalArgumentException("presence settings out of range");
        }
    }

    /** How often a hub says that it is there: twice in vain is not too late yet. */
    public long renewMillis() {
        return Math.max(1, leaseMillis / 3);
    }
}
