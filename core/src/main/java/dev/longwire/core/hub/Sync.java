// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.hub;

import dev.longwire.core.channel.ChannelReply.Roll;
import dev.longwire.core.presence.PresenceName;
import dev.longwire.protocol.Position;
import dev.longwire.protocol.ServerFrame.Synced;
import org.jspecify.annotations.Nullable;

/**
 * How far an observer has been told who is in a channel, page by page. All pages count as of where the first one was: the
 * changes since then come after the last.
 */
final class Sync {

    /** After whom the next page begins. */
    String after = "";

    /** Where the first page was; null before it. */
    @Nullable
    Position at;

    /** Writes a page, and after the last one leaves the cursor where the first one was. */
    void take(Subscription subscription, Carrier carrier, Roll roll, Outbox outbox) {
        Position first = at == null ? roll.at() : at;
        if (!first.epoch().equals(roll.at().epoch())) {
            // The pages before it are of a history that is over.
            subscription.sync = new Sync();
            return;
        }
        at = first;
        String next = roll.page().next();
        String channel = PresenceName.channel(subscription.channel.name);
        outbox.page(
                carrier,
                new Synced(channel, first, roll.count(), roll.page().members(), next == null),
                roll.page().bytes());
        if (next == null) {
            subscription.sync = null;
            subscription.epoch = first.epoch();
            subscription.cursor = first.offset();
        } else {
            after = next;
        }
    }
}
