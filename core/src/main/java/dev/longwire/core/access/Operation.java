// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.access;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a client may be allowed to do with a channel. */
public enum Operation {
    SUBSCRIBE,
    PUBLISH,
    /** To see who is there. */
    PRESENCE,
    /** To be seen. */
    ENTER,
    HISTORY,
    /** To ask the application's backend; the method's name stands where a channel's does. */
    CALL;

    /** Its name in tokens and settings. */
    public String wire() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The operation of this name, or null. */
    public static @Nullable Operation of(String wire) {
        for (Operation each : values()) {
            if (each.wire().equals(wire)) {
                return each;
            }
        }
        return null;
    }

    int bit() {
        return 1 << ordinal();
    }
}
