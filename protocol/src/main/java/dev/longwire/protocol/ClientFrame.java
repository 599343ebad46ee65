// SPDX-License-Identifier: Apache-2.0
package dev.longwire.protocol;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A frame from a client to the server; {@code docs/protocol.md} says what each means. An absent number is 0. */
public sealed interface ClientFrame {

    /** A frame that is answered by exactly one frame with the same id. */
    sealed interface Request extends ClientFrame {
        /** 1 to 2^53 - 1, chosen by the client. */
        long id();

        /** Whether this may be the second copy of a request whose answer was lost. */
        default boolean retry() {
            return false;
        }
    }

    /** Attaches the carrier to a session, a new one or that of {@code resume}. */
    record Connect(
            long id,
            @Nullable String token,
            @Nullable String agent,
            @Nullable String nonce,
            boolean batch,
            @Nullable Resume resume)
            implements Request {}

    /**
     * The session to come back to.
     *
     * @param session the ticket of an earlier {@code connected}; null recovers channels only
     * @param turn the number of this attempt; 0 means the next one
     * @param channels what to be subscribed to, in order
     * @param observe whose presence to observe, in order
     */
    record Resume(@Nullable String session, long turn, List<Want> channels, List<Observation> observe) {
        public Resume(@Nullable String session, long turn, List<Want> channels) {
            this(session, turn, channels, List.of());
        }
    }

    /**
     * A channel whose presence is observed.
     *
     * @param since the (epoch, version) that the client knows; null for the whole of it
     */
    record Observation(String channel, @Nullable Position since) {}

    record Subscribe(long id, Want want, boolean retry) implements Request {}

    record Unsubscribe(long id, String channel, boolean retry) implements Request {}

    /** Asks for the session's own subscriptions. */
    record Subscriptions(long id) implements Request {}

    record Publish(long id, String channel, Payload payload, Extras extras, boolean retry) implements Request {}

    /**
     * The optional parts of a publish.
     *
     * @param key makes the publish safe to repeat
     * @param slot the key of conflation
     * @param headers in the order they came; empty when there are none
     */
    record Extras(@Nullable String key, @Nullable String slot, Map<String, String> headers) {
        public static final Extras NONE = new Extras(null, null, Map.of());
    }

    /**
     * Asks for a page of a channel's log, or (with {@code key}) what became of a publish.
     *
     * @param since read forward from after this; null with {@code before} null means from the edge
     * @param before read backward from before this
     * @param limit 0 means the server's page size
     */
    record History(
            long id,
            String channel,
            @Nullable Position since,
            @Nullable Position before,
            int limit,
            boolean reverse,
            @Nullable String key)
            implements Request {}

    /**
     * A presence operation.
     *
     * @param state what a member says of itself
     * @param since for {@code observe}: the (epoch, version) that the client knows
     * @param after for {@code query}: where the page begins, as the page before said
     */
    record Presence(
            long id,
            String channel,
            Action action,
            @Nullable Payload state,
            @Nullable Position since,
            @Nullable String after,
            boolean retry)
            implements Request {

        /** An operation on one's own membership, or one that takes nothing more. */
        public Presence(long id, String channel, Action action, @Nullable Payload state, boolean retry) {
            this(id, channel, action, state, null, null, retry);
        }

        public enum Action {
            /** To be told who is there, page by page. */
            QUERY("query"),
            /** To be told how many there are. */
            COUNT("count"),
            ENTER("enter"),
            UPDATE("update"),
            LEAVE("leave"),
            /** To be told who is there and of every change after that. */
            OBSERVE("observe"),
            UNOBSERVE("unobserve");

            private final String wire;

            Action(String wire) {
                this.wire = wire;
            }

            public String wire() {
                return wire;
            }

            /** Whether this is about one's own membership. */
            public boolean enters() {
                return this == ENTER || this == UPDATE || this == LEAVE;
            }

            /** The action of this name, or null. */
            public static @Nullable Action of(String wire) {
                for (Action each : values()) {
                    if (each.wire.equals(wire)) {
                        return each;
                    }
                }
                return null;
            }
        }
    }

    /** An RPC that the application's backend answers. */
    record Call(long id, String method, @Nullable Payload payload, boolean retry) implements Request {}

    /**
     * A new token for the session.
     *
     * @param add whether what it allows comes to what the session may do already, instead of taking its place
     */
    record Refresh(long id, String token, boolean add, boolean retry) implements Request {}

    record Ping() implements ClientFrame {}

    /** A goodbye: the session ends at once. */
    record Disconnect() implements ClientFrame {}

    /**
     * What came instead of a frame.
     *
     * @param id the request's id where it could be read, else 0
     * @param code why it is none
     * @param field the field at fault, or null
     */
    record Bad(long id, ErrorCode code, @Nullable String field) implements ClientFrame {}
}
