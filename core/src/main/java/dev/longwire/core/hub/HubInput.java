// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.hub;

import dev.longwire.core.Principal;
import dev.longwire.core.access.Revocation;
import dev.longwire.core.channel.ChannelReply;
import dev.longwire.core.hook.Decision;
import dev.longwire.core.log.Slice;
import dev.longwire.protocol.ClientFrame;
import dev.longwire.protocol.CloseCode;
import dev.longwire.protocol.ErrorCode;
import dev.longwire.protocol.Poll;
import org.jspecify.annotations.Nullable;

/** Everything that can happen to a hub. */
public sealed interface HubInput {

    /**
     * A poll arrived: a request that is a carrier for as long as it is held.
     *
     * @param session the id of the session that its genuine ticket names; empty when it brought none
     * @param turn the turn in the ticket
     * @param bytes how long it was
     */
    record Polled(Carrier carrier, String session, long turn, Poll poll, int bytes) implements HubInput {}

    /** Nothing more comes for now: held polls that have something to say are to be answered. */
    record Settle() implements HubInput {}

    /**
     * Another hub of the same home asks for a session, for an attach of this turn. Answered by {@link
     * HubOutput.Released}.
     *
     * @param asker whatever the home needs to find its way back
     */
    record Release(String session, long turn, Object asker) implements HubInput {}

    /** The session that this carrier's client asked for was given to a later attach before it could be moved here. */
    record Overtaken(Carrier carrier) implements HubInput {}

    /** A session comes from another hub, as {@link HubOutput.Released} wrote it; its attach follows. */
    record Adopt(byte[] state) implements HubInput {}

    /** A carrier is open; its first frame is due. */
    record Opened(Carrier carrier) implements HubInput {}

    /**
     * A frame arrived, or what came instead of one ({@link ClientFrame.Bad}).
     *
     * @param bytes how long the message was; of one that has several frames the first has them all
     */
    record Received(Carrier carrier, ClientFrame frame, int bytes) implements HubInput {

        /** One that the home itself makes for a client, who sent nothing. */
        public Received(Carrier carrier, ClientFrame frame) {
            this(carrier, frame, 0);
        }
    }

    /** The peer sent something that is no frame of the protocol and wants no answer of the hub, such as a ping. */
    record Spent(Carrier carrier, int bytes) implements HubInput {}

    /** The peer gave a sign of life: bytes came, or bytes that waited were taken. */
    record Heard(Carrier carrier) implements HubInput {}

    /** More is written to the carrier than its peer takes; nothing more should be, until {@link Drained}. */
    record Stalled(Carrier carrier) implements HubInput {}

    /** The carrier takes bytes again. */
    record Drained(Carrier carrier) implements HubInput {}

    /** The carrier is gone. */
    record Closed(Carrier carrier) implements HubInput {}

    /**
     * The answer to {@link HubOutput.Verify}: who the client is.
     *
     * @param connect the frame that asked
     * @param resume the id of the session that the ticket names, where the ticket is genuine; else null
     * @param lifeMillis how long the token still lives; {@link Principal#FOR_EVER} where it has no end
     * @param turn the turn of this attempt: from {@code connect.resume}, or one after the ticket's
     * @param fresh ids for a new session, should one be needed
     */
    record Verified(
            Carrier carrier,
            ClientFrame.Connect connect,
            Principal principal,
            long lifeMillis,
            @Nullable String resume,
            long turn,
            FreshIds fresh)
            implements HubInput {}

    /**
     * Unpredictable names made by the home, since the core has no source of randomness.
     *
     * @param session a secret of at least 128 random bits
     * @param client the public id
     */
    record FreshIds(String session, String client) {}

    /** The client is not let in. */
    record Denied(Carrier carrier, ClientFrame.Connect connect, ErrorCode code) implements HubInput {}

    /** The answer to {@link HubOutput.Reverify}: who the token speaks for, and how long it still lives. */
    record Renewed(String session, long turn, ClientFrame.Refresh refresh, Principal principal, long lifeMillis)
            implements HubInput {}

    /** The other answer: the token is not accepted, and the session goes on as it is. */
    record Kept(String session, long turn, ClientFrame.Refresh refresh, ErrorCode code) implements HubInput {}

    /**
     * The answer to {@link HubOutput.Consult}; one that nobody waits for any more does nothing.
     *
     * @param session that of the question
     * @param question its id
     */
    record Decided(String session, String question, Decision decision) implements HubInput {}

    /** A channel's owner answers. */
    record Answered(ChannelReply reply) implements HubInput {}

    /** New messages of a channel: a hint with the data along. {@code slice.from()} is the offset before. */
    record Pushed(String channel, String epoch, Slice slice) implements HubInput {}

    /** A session is to end, by an administrator's word. */
    record Kick(String session, CloseCode code) implements HubInput {}

    /** Tokens don't count any more, neither those that sessions have shown nor those that come. */
    record Revoke(Revocation revocation) implements HubInput {}

    /**
     * The application subscribes a user to a channel, or ends that, in each of their sessions: those that are here, and
     * those that begin later. Every hub is to be told.
     */
    record Assign(String user, String channel, boolean begins) implements HubInput {}

    /** The server is going away: every client is told when to come back, spread over {@code spreadMillis}. */
    record Drain(long spreadMillis) implements HubInput {}

    /** Time has passed. */
    record Tick() implements HubInput {}
}
