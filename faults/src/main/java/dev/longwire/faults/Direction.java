// SPDX-License-Identifier: Apache-2.0
package dev.longwire.faults;

import java.util.Locale;

/** Which way a frame goes. */
public enum Direction {
    /** From the client to the server. */
    UP,

    /** From the server to the client. */
    DOWN;

    /** As rules and logs in JSON write it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
