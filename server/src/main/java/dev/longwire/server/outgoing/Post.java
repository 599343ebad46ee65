// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.outgoing;

import java.util.Map;

/**
 * One request.
 *
 * @param headers by name, besides those of the connection
 * @param body not changed by anybody from now on
 * @param deadlineMillis for all of it, from asking until the last byte of the answer
 * @param repeatable whether the receiver may get it twice: then it is sent again, once and at once, when a connection that
 *     was kept open turns out to be closed
 */
public record Post(Map<String, String> headers, byte[] body, long deadlineMillis, boolean repeatable) {

    public Post {
        headers = Map.copyOf(headers);
        if (deadlineMillis <= 0) {
            throw new IllegalArgumentException("deadlineMillis must be greater than 0");
        }
    }

    /** Says nothing: headers and bodies have secrets. */
    @Override
    public String toString() {
        return "Post";
    }
}
