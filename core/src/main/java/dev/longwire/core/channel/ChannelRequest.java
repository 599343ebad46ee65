// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.channel;

import dev.longwire.core.presence.PresenceName;
import dev.longwire.core.presence.Roster.Attendant;
import dev.longwire.protocol.ClientFrame.Extras;
import dev.longwire.protocol.ClientFrame.Presence.Action;
import dev.longwire.protocol.ErrorCode;
import dev.longwire.protocol.Payload;
import dev.longwire.protocol.Position;
import org.jspecify.annotations.Nullable;

/**
 * What a hub asks of a channel's owner. Requests on one channel run in the order sent; each is answered by the
 * {@link ChannelReply} that carries the same {@link Tag}.
 */
public sealed interface ChannelRequest {

    /** In place of a session's public id: the application itself publishes, by the API or in the same process. */
    String BACKEND = "$api";

    String channel();

    /**
     * Whose request this is, given back with the answer, so that a hub need not remember what it asked.
     *
     * @param session the session's id; empty when the hub asks for itself
     * @param turn the session's turn when it asked; an answer for an earlier turn is still the session's
     * @param id the client's request id; 0 when no frame waits for the answer
     */
    record Tag(String session, long turn, long id) {
        public static final Tag HUB = new Tag("", 0, 0);
    }

    /**
     * Tells the owner that the hub wants pushes, and asks where a subscriber starts.
     *
     * @param generation counts the hub's attaches and detaches of this channel; the owner ignores an older one
     * @param since the subscriber's position, to be checked; null to start at the head
     * @param last how many of the newest messages to start with
     */
    record Attach(
            String channel,
            Tag tag,
            long generation,
            @Nullable Position since,
            int last) implements ChannelRequest {}

    /** The hub has no subscriber left. Not answered. */
    record Detach(String channel, long generation) implements ChannelRequest {}

    /** Why something is not done, whatever the owner would say. */
    record Refusal(ErrorCode code, long retryAfterMillis) {
        public static final Refusal FORBIDDEN = new Refusal(ErrorCode.FORBIDDEN, 0);
    }

    /**
     * Appends one message.
     *
     * @param user the sender's user, or null when anonymous
     * @param client the sender's public id
     * @param sent what a key is compared by: the payload before anybody changed it
     * @param refusal what the sender is told unless this was done before; null when it is to be done now
     */
    record Append(
            String channel,
            Tag tag,
            @Nullable String user,
            String client,
            Payload payload,
            Extras extras,
            Payload sent,
            @Nullable Refusal refusal)
            implements ChannelRequest {

        /** Who the key belongs to. */
        public String publisher() {
            return ChannelRequest.publisher(user, client);
        }
    }

    /** The scope of an idempotency key: a user's keys are the same from all their sessions. */
    static String publisher(@Nullable String user, String client) {
        return user == null ? "c:" + client : "u:" + user;
    }

    /**
     * Reads messages after {@code from}, up to {@code to}, of about {@code maxBytes} and at least one.
     *
     * @param latest whether the newest message of each slot is enough
     */
    record Read(String channel, Tag tag, String epoch, long from, long to, int maxBytes, boolean latest)
            implements ChannelRequest {}

    /**
     * Reads a page of messages for a {@code history} request.
     *
     * @param after offsets greater than this; -1 for no bound
     * @param before offsets smaller than this; -1 for no bound
     * @param reverse newest first
     */
    record Page(String channel, Tag tag, @Nullable String epoch, long after, long before, int limit, boolean reverse)
            implements ChannelRequest {}

    /** Asks what became of a publish with this key. */
    record Trace(String channel, Tag tag, String publisher, String key) implements ChannelRequest {}

    /** About who is in a channel; {@link #channel()} is the log of its presence ({@link PresenceName}). */
    sealed interface OnPresence extends ChannelRequest {}

    /**
     * A session enters, says something new of its member, or comes from elsewhere.
     *
     * @param action what the client asked for: {@code ENTER} or {@code UPDATE}
     * @param life which life of the hub this is
     * @param info what the user's token shows of them
     * @param data what they say of themselves
     */
    record Enter(
            String channel,
            Tag tag,
            Action action,
            long life,
            Attendant who,
            @Nullable Payload info,
            @Nullable Payload data)
            implements OnPresence {}

    /**
     * A session leaves; with {@code lateMillis} only if no other hub has taken it by then. Not answered when no request
     * waits for that.
     */
    record Leave(String channel, Tag tag, long life, Attendant who, long lateMillis) implements OnPresence {}

    /**
     * The hub is still there. Answered only when less is known of it than it says.
     *
     * @param holdings how many sessions it holds in the channel
     */
    record Renew(String channel, long life, int holdings) implements OnPresence {}

    /**
     * Asks who is there, or with {@code list} false only how many.
     *
     * @param after where the page begins, as the page before said; empty for the first
     */
    record Who(String channel, Tag tag, String after, boolean list) implements OnPresence {}
}
