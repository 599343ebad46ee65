// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.hook;

import dev.longwire.protocol.Payload;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a backend says. */
public sealed interface Decision {

    /**
     * It may be done; a call has been.
     *
     * @param data what is published in place of what was sent, or a call's result; null for no change, or no result
     * @param headers in place of those that were sent; null for no change
     * @param keepMillis how long this holds for the same user, operation and channel; 0 for this time only
     */
    record Allowed(@Nullable Payload data, @Nullable Map<String, String> headers, long keepMillis) implements Decision {

        /** As it was asked, this time. */
        public static final Allowed ONCE = new Allowed(null, null, 0);
    }

    /**
     * It may not be done.
     *
     * @param keepMillis as above
     */
    record Refused(long keepMillis) implements Decision {}

    /**
     * There is none.
     *
     * @param unsure whether the backend may have been reached, so that a call may have run
     * @param retryAfterMillis when another try may do better; 0 for unknown
     */
    record Failed(boolean unsure, long retryAfterMillis) implements Decision {}
}
