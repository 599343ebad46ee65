// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.loop;

import dev.longwire.core.channel.ChannelReply;
import dev.longwire.core.channel.ChannelRequest.Tag;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Where an owner of channels answers those who ask without a session: the application's backend, over HTTP.
 *
 * <p>Threads: its loop's.
 */
final class Counter {

    /** Stands where a hub's number would. */
    static final int NUMBER = -1;

    private final Map<Tag, Consumer<ChannelReply>> waiting = new HashMap<>();

    void expect(Tag tag, Consumer<ChannelReply> then) {
        if (waiting.putIfAbsent(tag, then) != null) {
            throw new IllegalArgumentException("this tag waits for an answer already");
        }
    }

    void answered(ChannelReply reply) {
        Consumer<ChannelReply> then = waiting.remove(reply.tag());
        if (then != null) {
            then.accept(reply);
        }
    }
}
