// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.channel;

import dev.longwire.core.log.LogView;

/** Everything that a channel's owner asks its home to do. */
public sealed interface ChannelOutput {

    /** Which hub. */
    int hub();

    /** An answer for a hub. */
    record Reply(int hub, ChannelReply reply) implements ChannelOutput {}

    /**
     * The log has grown since this hub was told last. Only the newest view counts: a home may drop an older one that
     * it has not passed on yet.
     */
    record Moved(int hub, String channel, LogView view) implements ChannelOutput {}
}
