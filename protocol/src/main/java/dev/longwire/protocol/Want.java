// SPDX-License-Identifier: Apache-2.0
package dev.longwire.protocol;

import org.jspecify.annotations.Nullable;

/**
 * What a client asks of one channel: the body of a {@code subscribe} frame and of each entry of {@code
 * connect.resume.channels}.
 *
 * @param channel the name, within the grammar
 * @param since the client's position, or null to start at the head
 * @param last how many of the newest messages to send first; 0 for none; only without {@code since}
 * @param presence whether presence is asked for too
 * @param presenceSince the (epoch, version) of presence that the client knows; null for the whole of it
 */
public record Want(
        String channel,
        @Nullable Position since,
        int last,
        boolean presence,
        @Nullable Position presenceSince) {

    public Want(String channel, @Nullable Position since, int last, boolean presence) {
        this(channel, since, last, presence, null);
    }
}
