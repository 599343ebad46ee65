// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.hub;

import dev.longwire.core.Namespaces;
import dev.longwire.core.access.Assignments;
import dev.longwire.core.access.Operation;
import dev.longwire.core.presence.PresenceName;
import dev.longwire.protocol.ChannelName;
import dev.longwire.protocol.ClientFrame;
import dev.longwire.protocol.ClientFrame.Request;
import dev.longwire.protocol.Want;

/**
 * Which right each request needs, in one place. Asked when a request runs, not when it came: what waited for an answer is
 * judged by what the session may do then.
 */
final class Rights {

    /** The reason in an {@code unsubscribed} that nobody asked for. */
    static final String LOST = "forbidden";

    private final Namespaces namespaces;

    /** What the application has subscribed somebody to, they may be subscribed to. */
    private final Assignments assignments = new Assignments();

    Rights(Namespaces namespaces) {
        this.namespaces = namespaces;
    }

    Assignments assignments() {
        return assignments;
    }

    boolean allow(Session session, Request request) {
        return switch (request) {
            case ClientFrame.Subscribe subscribe -> subscribe(session, subscribe.want());
            // Without the right, one that was done before it was lost is still to be found by its key.
            case ClientFrame.Publish publish -> publish.extras().key() != null || publish(session, publish.channel());
            // What became of one's own publish is no reading of other people's.
            case ClientFrame.History history when history.key() != null -> true;
            case ClientFrame.History history -> history(session, history.channel());
            case ClientFrame.Presence presence -> presence(session, presence);
            case ClientFrame.Call call -> has(session, Operation.CALL, call.method());
            case ClientFrame.Unsubscribe unsubscribe -> true;
            case ClientFrame.Subscriptions list -> true;
            case ClientFrame.Refresh refresh -> true;
            case ClientFrame.Connect connect -> true;
        };
    }

    /** The newest messages from before a subscription began are history. */
    boolean subscribe(Session session, Want want) {
        return has(session, Operation.SUBSCRIBE, want.channel())
                && (want.last() == 0 || history(session, want.channel()));
    }

    /** Whether a session may go on to get what this log brings: a channel's messages, or its presence. */
    boolean follow(Session session, String log) {
        return PresenceName.is(log)
                ? observe(session, PresenceName.channel(log))
                : has(session, Operation.SUBSCRIBE, log);
    }

    boolean history(Session session, String channel) {
        return has(session, Operation.HISTORY, channel);
    }

    boolean publish(Session session, String channel) {
        return has(session, Operation.PUBLISH, channel);
    }

    private boolean presence(Session session, ClientFrame.Presence request) {
        return switch (request.action()) {
            case QUERY, COUNT, OBSERVE -> observe(session, request.channel());
            case ENTER, UPDATE -> enter(session, request.channel());
            case LEAVE, UNOBSERVE -> true;
        };
    }

    boolean observe(Session session, String channel) {
        return has(session, Operation.PRESENCE, channel);
    }

    boolean enter(Session session, String channel) {
        return has(session, Operation.ENTER, channel);
    }

    /** Whether the application has subscribed its user to the channel. */
    boolean assigned(Session session, String channel) {
        return assignments.has(session.principal.user(), channel);
    }

    private boolean has(Session session, Operation operation, String channel) {
        String owner = operation == Operation.CALL ? null : ChannelName.userOf(channel);
        if (owner != null) {
            boolean reads = operation == Operation.SUBSCRIBE || operation == Operation.HISTORY;
            return reads && owner.equals(session.principal.user());
        }
        if (operation == Operation.SUBSCRIBE && assigned(session, channel)) {
            return true;
        }
        return session.allows(operation, channel)
                // A method of the backend has no namespace.
                || operation != Operation.CALL
                        && namespaces.of(channel).everybody().contains(operation);
    }
}
