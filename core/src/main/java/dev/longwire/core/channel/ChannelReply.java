// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.channel;

import dev.longwire.core.channel.ChannelRequest.Tag;
import dev.longwire.core.log.Slice;
import dev.longwire.core.presence.Roster;
import dev.longwire.core.rate.Limit;
import dev.longwire.protocol.ClientFrame.Presence.Action;
import dev.longwire.protocol.ErrorCode;
import dev.longwire.protocol.Position;
import dev.longwire.protocol.ServerFrame.Message;
import dev.longwire.protocol.ServerFrame.Unrecovered;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a channel's owner answers. */
public sealed interface ChannelReply {

    String channel();

    Tag tag();

    /**
     * The hub's interest is confirmed.
     *
     * @param head the newest message's position
     * @param start the offset after which the subscriber starts
     * @param recovered whether {@code since} was given and everything after it is there
     * @param reason why not recovered, when {@code since} was given
     */
    record Attached(
            String channel,
            Tag tag,
            long generation,
            Position head,
            long start,
            boolean recovered,
            @Nullable Unrecovered reason)
            implements ChannelReply {}

    /**
     * The message is readable at the level {@code stored}.
     *
     * @param duplicate whether the key was known, and this is the first publish's position
     * @param dedupeMillis how long the key is recognised from now; 0 without a key
     */
    record Appended(String channel, Tag tag, Position position, String stored, boolean duplicate, long dedupeMillis)
            implements ChannelReply {}

    /**
     * Nothing was appended or read.
     *
     * @param limit the limit of the channel that was hit, or null
     */
    record Refused(
            String channel,
            Tag tag,
            ErrorCode code,
            long retryAfterMillis,
            @Nullable Limit limit) implements ChannelReply {

        /** For another reason than a limit of the channel. */
        public Refused(String channel, Tag tag, ErrorCode code, long retryAfterMillis) {
            this(channel, tag, code, retryAfterMillis, null);
        }
    }

    /**
     * What the log has after the asked offset. A slice that starts later than asked says that the messages between are
     * gone; an epoch other than asked, that all are.
     */
    record Sliced(String channel, Tag tag, String epoch, Slice slice) implements ChannelReply {}

    /**
     * A page of messages.
     *
     * @param next offset to go on from (as {@code after} or {@code before}); -1 at the end
     */
    record Paged(String channel, Tag tag, Position head, List<Message> messages, long next) implements ChannelReply {}

    /** What became of a publish; {@code position} is null when no such key is known. */
    record Traced(
            String channel,
            Tag tag,
            Position head,
            @Nullable Position position) implements ChannelReply {}

    /** A session has entered or left; observers are told with the version of {@code at}, or know already. */
    record Entered(String channel, Tag tag, Action action, Position at) implements ChannelReply {}

    /** Some of those who are there, all as of {@code at} or later. */
    record Roll(String channel, Tag tag, Position at, long count, Roster.Page page) implements ChannelReply {}

    /** Not everything is known of this hub: whom it holds it is to say again. */
    record Unknown(String channel, Tag tag) implements ChannelReply {}
}
