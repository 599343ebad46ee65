// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.hook;

import dev.longwire.core.access.Capabilities;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who is asked first.
 *
 * @param name in configuration, logs and figures
 * @param asks before what
 * @param patterns of channels, or of methods for calls; {@code *} stands for any characters. Not looked at for connects
 * @param deadlineMillis after which there is no decision
 * @param allowsOnFailure whether what is asked passes when there is none; a call never does
 */
public record Hook(String name, Set<Kind> asks, List<String> patterns, long deadlineMillis, boolean allowsOnFailure) {

    /** What a backend can be asked about. */
    public enum Kind {
        CONNECT,
        SUBSCRIBE,
        PUBLISH,
        CALL;

        /** Its name in settings and questions. */
        public String wire() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** The kind of this name, or null. */
        public static @Nullable Kind of(String wire) {
            for (Kind each : values()) {
                if (each.wire().equals(wire)) {
                    return each;
                }
            }
            return null;
        }
    }

    public Hook {
        asks = Set.copyOf(asks);
        patterns = List.copyOf(patterns);
        if (deadlineMillis <= 0) {
            throw new IllegalArgumentException("deadlineMillis must be greater than 0");
        }
    }

    boolean asks(Kind kind, String what) {
        if (!asks.contains(kind)) {
            return false;
        }
        boolean covers = kind == Kind.CONNECT;
        for (int i = 0; i < patterns.size() && !covers; i++) {
            covers = Capabilities.matches(patterns.get(i), what);
        }
        return covers;
    }
}
