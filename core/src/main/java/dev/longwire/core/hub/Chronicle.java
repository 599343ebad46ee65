// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.hub;

import dev.longwire.core.event.Event;
import dev.longwire.core.event.Event.Who;
import dev.longwire.core.event.EventType;
import dev.longwire.core.event.Events;
import dev.longwire.core.rate.Limit;
import dev.longwire.protocol.ClientFrame;
import dev.longwire.protocol.ClientFrame.Request;
import dev.longwire.protocol.CloseCode;
import dev.longwire.protocol.ErrorCode;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tells what happens to sessions. A subscription that a resume begins anew has not ended: it is told once when it begins,
 * and once when the client does not have it any more.
 */
final class Chronicle {

    /** Of a subscription that ended with its session. */
    private static final String CLOSED = "closed";

    /** Of a subscription that the client does not list when it comes back. */
    private static final String DROPPED = "client";

    private final Events events = new Events();

    Events events() {
        return events;
    }

    private static Who who(Session session) {
        return new Who(session.client, session.principal.user());
    }

    void attached(Session session, boolean resumed) {
        if (resumed && events.wants(EventType.SESSION_RESUMED)) {
            events.add(new Event.SessionResumed(who(session), session.agent, session.turn));
        } else if (!resumed && events.wants(EventType.SESSION_OPENED)) {
            events.add(new Event.SessionOpened(who(session), session.agent));
        }
    }

    void closed(Session session, CloseCode code) {
        dropped(session, CLOSED);
        if (events.wants(EventType.SESSION_CLOSED)) {
            events.add(new Event.SessionClosed(who(session), code));
        }
    }

    void error(Session session, ErrorCode code, @Nullable String field) {
        if (events.wants(EventType.SESSION_ERROR)) {
            events.add(new Event.SessionError(who(session), code, field));
        }
    }

    /** A request is refused before anybody was asked. */
    void refused(Session session, Request request, ErrorCode code) {
        error(session, code, null);
        if (request instanceof ClientFrame.Publish publish && events.wants(EventType.MESSAGE_REFUSED)) {
            events.add(new Event.MessageRefused(who(session), publish.channel(), code));
        }
    }

    void limit(@Nullable Session session, Limit limit) {
        if (session != null && events.wants(EventType.LIMIT_HIT)) {
            events.add(new Event.LimitHit(who(session), limit));
        }
    }

    /** The subscription is confirmed, perhaps once more. */
    void subscribed(Subscription subscription) {
        boolean wanted = events.wants(EventType.SESSION_SUBSCRIBED) || events.wants(EventType.SESSION_UNSUBSCRIBED);
        if (wanted && !subscription.told && !subscription.channel.presence) {
            subscription.told = true;
            Session session = subscription.session;
            events.add(new Event.SessionSubscribed(who(session), subscription.channel.name));
        }
    }

    /** The subscription has ended for good. */
    void unsubscribed(Subscription subscription, String reason) {
        if (subscription.told) {
            subscription.told = false;
            unsubscribed(subscription.session, subscription.channel.name, reason);
        }
    }

    private void unsubscribed(Session session, String channel, String reason) {
        events.add(new Event.SessionUnsubscribed(who(session), channel, reason));
    }

    /** All subscriptions are about to end; which of them have been told of is kept until it is known which come back. */
    void rejoining(Session session) {
        for (Subscription each : session.subscriptions.values()) {
            if (each.told) {
                Set<String> told = session.told == null ? new LinkedHashSet<>() : session.told;
                told.add(each.channel.name);
                session.told = told;
            }
        }
    }

    /** This one has come back. */
    void rejoined(Subscription subscription) {
        Set<String> told = subscription.session.told;
        subscription.told = told != null && told.remove(subscription.channel.name);
    }

    /** This one has not been allowed to come back. */
    void lost(Session session, String channel, String reason) {
        if (session.told != null && session.told.remove(channel)) {
            unsubscribed(session, channel, reason);
        }
    }

    /** Those that have not come back won't. */
    void rejoined(Session session) {
        dropped(session, DROPPED);
    }

    private void dropped(Session session, String reason) {
        Set<String> told = session.told;
        session.told = null;
        if (told != null) {
            told.forEach(channel -> unsubscribed(session, channel, reason));
        }
    }
}
