// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.webhook;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How a target is doing.
 *
 * @param name as configured
 * @param target without path and query
 * @param waiting events that it has not confirmed
 * @param oldestMillis when the oldest of those happened; 0 for none
 * @param failures one after the other, up to now
 * @param lastError why the last attempt failed that did, such as {@code status_500} or {@code timeout}; null for none
 * @param lastErrorMillis when; 0 for never
 * @param lastSuccessMillis when a request was confirmed last; 0 for never
 * @param nextAttemptMillis when it is tried again; 0 where nothing waits for that
 * @param totals since the start
 */
public record Health(
        String name,
        String target,
        State state,
        int waiting,
        long oldestMillis,
        int failures,
        @Nullable String lastError,
        long lastErrorMillis,
        long lastSuccessMillis,
        long nextAttemptMillis,
        Totals totals) {

    /** In which way it goes on. */
    public enum State {
        /** The last request was confirmed, or there was none. */
        OK,
        /** The last request failed; it is tried again soon. */
        RETRYING,
        /** Many failed in a row; it is tried rarely. */
        OPEN,
        /** The target said that it is gone for good; nothing is sent until an operator says so. */
        DISABLED;

        /** As it stands in documents. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Since the start.
     *
     * @param delivered events that were confirmed
     * @param missed events that went before they could be delivered
     * @param failed requests that failed
     */
    public record Totals(long delivered, long missed, long failed) {}
}
