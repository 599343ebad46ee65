// SPDX-License-Identifier: Apache-2.0
package dev.longwire.protocol;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A frame from the server to a client; {@code docs/protocol.md} says what each means. An id of 0 means that the frame
 * answers no request.
 */
public sealed interface ServerFrame {

    /** A frame that answers a request, or could. */
    sealed interface Reply extends ServerFrame {
        long id();
    }

    /**
     * The answer to {@code connect}.
     *
     * @param session the ticket, a secret; homes seal it
     * @param client the public id
     * @param user null when anonymous
     * @param pingMillis silence after which the client pings
     * @param windowMillis how long the session is kept without a carrier
     * @param expiresAtMillis when the token ends, in ms since 1970; 0 for never
     * @param dedupeMillis the idempotency window
     */
    record Connected(
            long id,
            String session,
            String client,
            boolean resumed,
            long turn,
            @Nullable String user,
            long pingMillis,
            long windowMillis,
            long expiresAtMillis,
            long dedupeMillis)
            implements Reply {

        /** The same with a sealed ticket in place of the session's plain id. */
        public Connected sealed(String ticket) {
            return new Connected(
                    id, ticket, client, resumed, turn, user, pingMillis, windowMillis, expiresAtMillis, dedupeMillis);
        }
    }

    /**
     * A subscription stands.
     *
     * @param head the position of the channel's newest message
     * @param recovered whether exactly the missing messages follow
     * @param replay how many messages follow before live ones
     * @param reason why not recovered, when that was asked for
     * @param withoutPresence whether presence was asked for and will not come
     */
    record Subscribed(
            long id,
            String channel,
            Position head,
            boolean recovered,
            long replay,
            @Nullable Unrecovered reason,
            boolean withoutPresence)
            implements Reply {}

    /** Why a channel was not recovered. */
    enum Unrecovered {
        EPOCH_CHANGED("epoch_changed"),
        TOO_OLD("too_old"),
        AHEAD("ahead"),
        UNKNOWN("unknown"),
        NOT_AUTHORISED("not_authorised");

        private final String wire;

        Unrecovered(String wire) {
            this.wire = wire;
        }

        public String wire() {
            return wire;
        }
    }

    record Unsubscribed(long id, String channel, String reason) implements Reply {}

    /** The session's own subscriptions with their positions. */
    record Subscriptions(long id, List<Entry> channels) implements Reply {
        public record Entry(String channel, Position position) {}
    }

    /**
     * A publish was appended.
     *
     * @param stored the durability that the ack stands for
     * @param dedupeMillis how long a repeat with the same key is recognised; 0 when there was no key
     * @param duplicate whether this repeats an earlier publish, whose position it shows
     */
    record Published(long id, String channel, Position position, String stored, long dedupeMillis, boolean duplicate)
            implements Reply {}

    /** One message of a channel's log: the same for every subscriber. */
    record Message(
            String channel,
            long offset,
            long timeMillis,
            @Nullable String from,
            String client,
            @Nullable String slot,
            Map<String, String> headers,
            Payload payload)
            implements ServerFrame {}

    /**
     * A page of a channel's log.
     *
     * @param messages in the order asked for
     * @param next where the next page starts; null at the end
     */
    record History(
            long id,
            String channel,
            Position head,
            List<Message> messages,
            @Nullable Position next) implements Reply {}

    /** What became of a publish: its position, or null for none that is known. */
    record Outcome(
            long id,
            String channel,
            Position head,
            @Nullable Position position) implements Reply {}

    record Result(long id, Payload payload) implements Reply {}

    /**
     * A token was taken; without an id: a fresh one is wanted.
     *
     * @param expiresAtMillis when the token ends, in ms since 1970; 0 for never
     */
    record Refreshed(long id, long expiresAtMillis) implements Reply {}

    /**
     * What became of a presence request, its position being (epoch, version). An {@code observe} has no id when a
     * resume asked for it.
     *
     * @param count how many members there are; only the answer to {@code count} shows it
     * @param recovered of {@code observe}: whether only changes follow, and not everybody
     */
    record Attended(
            long id, String channel, ClientFrame.Presence.Action action, Position at, long count, boolean recovered)
            implements Reply {

        /** Whether this says that an observation began or ended. */
        public boolean observes() {
            return action == ClientFrame.Presence.Action.OBSERVE || action == ClientFrame.Presence.Action.UNOBSERVE;
        }
    }

    /**
     * A page of those who are in a channel.
     *
     * @param next where the next page begins; null at the end
     */
    record Members(
            long id,
            String channel,
            Position at,
            long count,
            List<Member> members,
            @Nullable String next) implements Reply {}

    /** What an observer is told. */
    sealed interface Observed extends ServerFrame {}

    /**
     * A part of all who were in a channel at a position; changes after it follow the last part.
     *
     * @param end whether this is the last part
     */
    record Synced(String channel, Position at, long count, List<Member> members, boolean end) implements Observed {}

    /** What has changed between the version before and this one: the same for every observer. */
    record Changed(
            String channel, Position at, long count, List<Member> joined, List<Member> updated, List<Member> left)
            implements Observed {}

    /** By the server's decision this session does not do this any more. */
    record Dropped(String channel, ClientFrame.Presence.Action action, String reason) implements ServerFrame {}

    /** Messages that will not come. */
    sealed interface Reset extends ServerFrame {}

    /** The messages {@code from} to {@code to}, inclusive, are lost to this subscription. */
    record Gap(String channel, String epoch, long from, long to, Cause cause) implements Reset {
        public enum Cause {
            TRIMMED("trimmed"),
            TOO_SLOW("too_slow"),
            CONFLATED("conflated"),
            BUS("bus");

            private final String wire;

            Cause(String wire) {
                this.wire = wire;
            }

            public String wire() {
                return wire;
            }
        }
    }

    /** The channel goes on in a new epoch; the subscription stands at {@code now}. */
    record EpochChanged(String channel, String old, Position now) implements Reset {}

    record Pong() implements ServerFrame {}

    /**
     * A request failed, or a frame could not be read.
     *
     * @param field the field at fault, or null
     * @param retryAfterMillis when to try again; 0 when that is no help
     */
    @SuppressWarnings("AvoidCommonTypeNames") // the frame's name on the wire; always written ServerFrame.Error
    record Error(long id, ErrorCode code, @Nullable String field, long retryAfterMillis) implements Reply {}

    /**
     * The server's goodbye; the carrier closes with the same code right after.
     *
     * @param retryAfterMillis when to come back; 0 for at once
     */
    record Disconnect(CloseCode code, long retryAfterMillis) implements ServerFrame {}
}
