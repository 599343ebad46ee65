// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.event;

import dev.longwire.core.rate.Limit;
import dev.longwire.protocol.CloseCode;
import dev.longwire.protocol.ErrorCode;
import dev.longwire.protocol.Member;
import dev.longwire.protocol.Payload;
import dev.longwire.protocol.Position;
import dev.longwire.protocol.ServerFrame.Message;
import org.jspecify.annotations.Nullable;

/** Something that happened. What it names are public ids. */
public sealed interface Event {

    EventType type();

    /** About how many bytes it takes in memory. */
    default int weight() {
        return 128;
    }

    /** Where, or null. */
    default @Nullable String channel() {
        return null;
    }

    /** Whose doing it was, or null when that is nobody in particular or not known. */
    default @Nullable String user() {
        return null;
    }

    /** Which session's doing it was, by its public id; or null. */
    default @Nullable String client() {
        return null;
    }

    /** What happened to a session, in its order. */
    sealed interface OfSession extends Event {
        Who who();

        @Override
        default @Nullable String user() {
            return who().user();
        }

        @Override
        default String client() {
            return who().client();
        }
    }

    /** What happened in a channel, in its order. */
    sealed interface OfChannel extends Event {
        @Override
        String channel();
    }

    /** What became of a member of a channel, in the order of its versions. */
    sealed interface OfMember extends OfChannel {

        /** Its version grows from one event of this member to the next, so that a late one is known as such. */
        Member member();

        /** How many members there are. */
        long count();

        @Override
        default @Nullable String user() {
            return member().user();
        }

        @Override
        default @Nullable String client() {
            return member().client();
        }

        @Override
        default int weight() {
            return 192 + weightOf(member().info()) + weightOf(member().data());
        }

        private static int weightOf(@Nullable Payload payload) {
            return payload == null ? 0 : payload.bytes().length;
        }
    }

    /**
     * Whose session.
     *
     * @param client the session's public id
     * @param user null for nobody in particular
     */
    record Who(String client, @Nullable String user) {}

    /**
     * A session began.
     *
     * @param agent what the client says of itself, or null
     */
    record SessionOpened(Who who, @Nullable String agent) implements OfSession {
        @Override
        public EventType type() {
            return EventType.SESSION_OPENED;
        }
    }

    /**
     * A session has a carrier again, or another.
     *
     * @param turn which of the session's attaches this was, as the client counts
     */
    record SessionResumed(Who who, @Nullable String agent, long turn) implements OfSession {
        @Override
        public EventType type() {
            return EventType.SESSION_RESUMED;
        }
    }

    /** It has ended for good, and nobody can resume it. */
    record SessionClosed(Who who, CloseCode code) implements OfSession {
        @Override
        public EventType type() {
            return EventType.SESSION_CLOSED;
        }
    }

    /** Something that the session asked for was not done. */
    record SessionError(Who who, ErrorCode code, @Nullable String field) implements OfSession {
        @Override
        public EventType type() {
            return EventType.SESSION_ERROR;
        }
    }

    record SessionSubscribed(Who who, String channel) implements OfSession {
        @Override
        public EventType type() {
            return EventType.SESSION_SUBSCRIBED;
        }
    }

    /**
     * A session is not subscribed any more.
     *
     * @param reason as the client was told; {@code closed} when the whole session ended
     */
    record SessionUnsubscribed(Who who, String channel, String reason) implements OfSession {
        @Override
        public EventType type() {
            return EventType.SESSION_UNSUBSCRIBED;
        }
    }

    /** A session hit a limit. */
    record LimitHit(Who who, Limit limit) implements OfSession {
        @Override
        public EventType type() {
            return EventType.LIMIT_HIT;
        }
    }

    /** Somebody is subscribed, and nobody was. */
    record ChannelOccupied(String channel) implements OfChannel {
        @Override
        public EventType type() {
            return EventType.CHANNEL_OCCUPIED;
        }
    }

    /** Nobody is subscribed any more, also nobody who is away for a while. */
    record ChannelVacated(String channel) implements OfChannel {
        @Override
        public EventType type() {
            return EventType.CHANNEL_VACATED;
        }
    }

    record MessagePublished(Position at, Message message) implements OfChannel {
        @Override
        public EventType type() {
            return EventType.MESSAGE_PUBLISHED;
        }

        @Override
        public String channel() {
            return message.channel();
        }

        @Override
        public @Nullable String user() {
            return message.from();
        }

        @Override
        public String client() {
            return message.client();
        }

        @Override
        public int weight() {
            int headers = message.headers().size() * 64;
            return 256 + headers + message.payload().bytes().length;
        }
    }

    /**
     * A message was not published.
     *
     * @param who its client is empty when a backend wanted to publish
     */
    record MessageRefused(Who who, String channel, ErrorCode code) implements OfChannel {
        @Override
        public EventType type() {
            return EventType.MESSAGE_REFUSED;
        }

        @Override
        public @Nullable String user() {
            return who.user();
        }

        @Override
        public String client() {
            return who.client();
        }
    }

    /** Somebody is in a channel. */
    record MemberJoined(String channel, Member member, long count) implements OfMember {
        @Override
        public EventType type() {
            return EventType.MEMBER_JOINED;
        }
    }

    /** A member says something else. */
    record MemberUpdated(String channel, Member member, long count) implements OfMember {
        @Override
        public EventType type() {
            return EventType.MEMBER_UPDATED;
        }
    }

    /** Somebody is not in a channel any more. */
    record MemberLeft(String channel, Member member, long count) implements OfMember {
        @Override
        public EventType type() {
            return EventType.MEMBER_LEFT;
        }
    }

    /**
     * A user has a session, and had none.
     *
     * @param version grows from one event of this user to the next
     */
    record UserOnline(String user, long version) implements Event {
        @Override
        public EventType type() {
            return EventType.USER_ONLINE;
        }
    }

    /**
     * A user has no session any more.
     *
     * @param version grows from one event of this user to the next
     */
    record UserOffline(String user, long version) implements Event {
        @Override
        public EventType type() {
            return EventType.USER_OFFLINE;
        }
    }
}
