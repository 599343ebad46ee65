// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.hub;

import dev.longwire.core.Limits;
import dev.longwire.core.channel.ChannelReply;
import dev.longwire.core.channel.ChannelRequest;
import dev.longwire.core.channel.ChannelRequest.Refusal;
import dev.longwire.core.channel.ChannelRequest.Tag;
import dev.longwire.core.hook.Decision;
import dev.longwire.core.presence.PresenceName;
import dev.longwire.core.rate.Limit;
import dev.longwire.protocol.ClientFrame;
import dev.longwire.protocol.ClientFrame.Extras;
import dev.longwire.protocol.ClientFrame.Presence.Action;
import dev.longwire.protocol.ClientFrame.Request;
import dev.longwire.protocol.ClientFrame.Resume;
import dev.longwire.protocol.ErrorCode;
import dev.longwire.protocol.Position;
import dev.longwire.protocol.ServerFrame;
import dev.longwire.protocol.ServerFrame.Attended;
import dev.longwire.protocol.ServerFrame.Dropped;
import dev.longwire.protocol.ServerFrame.Error;
import dev.longwire.protocol.ServerFrame.Outcome;
import dev.longwire.protocol.ServerFrame.Published;
import dev.longwire.protocol.ServerFrame.Reply;
import dev.longwire.protocol.ServerFrame.Subscribed;
import dev.longwire.protocol.ServerFrame.Unsubscribed;
import dev.longwire.protocol.Want;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a session asks for, and the answers. Requests on one channel run in the order in which they came, even while an
 * owner takes its time; every request gets exactly one answer, and a repeated one gets the first one's.
 */
final class Requests {

    private final Limits limits;
    private final Outbox outbox;
    private final Fanout fanout;
    private final Pages pages;
    private final Presences presences;
    private final Rights rights;
    private final Tolls tolls;
    private final Lanes lanes;

    Requests(Rules rules, Sessions sessions, Pages pages) {
        this.limits = rules.limits();
        this.outbox = sessions.outbox();
        this.fanout = sessions.fanout();
        this.pages = pages;
        this.presences = sessions.presences();
        this.rights = rules.rights();
        this.tolls = sessions.tolls();
        this.lanes = sessions.lanes();
    }

    void request(Session session, Carrier carrier, Request request) {
        Replies replies = session.replies;
        if (repeated(replies, carrier, request)) {
            return;
        }
        if (replies.runs(request.id())) {
            inUse(session, carrier, request);
        } else if (replies.running() >= limits.requests()) {
            tolls.hit(Limit.REQUESTS, session);
            outbox.send(carrier, new Error(request.id(), ErrorCode.TOO_MANY_REQUESTS, null, Lanes.RETRY_MILLIS));
            outbox.chronicle().refused(session, request, ErrorCode.TOO_MANY_REQUESTS);
        } else {
            replies.start(request.id(), reads(request));
            if (!lanes.takes(session, request)) {
                run(session, request);
            }
        }
    }

    private void inUse(Session session, Carrier carrier, Request request) {
        outbox.error(carrier, request.id(), ErrorCode.ID_IN_USE, "id");
        outbox.chronicle().refused(session, request, ErrorCode.ID_IN_USE);
    }

    /** Whether nothing is lost by running it once more. */
    private static boolean reads(Request request) {
        return request instanceof ClientFrame.History
                || request instanceof ClientFrame.Refresh
                || request instanceof ClientFrame.Presence presence
                        && (presence.action() == Action.QUERY || presence.action() == Action.COUNT);
    }

    /** One that is known gets its first answer, now or when that comes. */
    private boolean repeated(Replies replies, Carrier carrier, Request request) {
        Reply known = request.retry() ? replies.again(request.id()) : null;
        if (known != null) {
            outbox.send(carrier, known);
        }
        return known != null || request.retry() && replies.runs(request.id());
    }

    /**
     * A request that is too much now. It has no effect; whether it had one when it first came is still found out, so that
     * a refusal never denies what was done.
     */
    void limited(Session session, Carrier carrier, Request request, Refusal refusal) {
        Replies replies = session.replies;
        if (repeated(replies, carrier, request)) {
            return;
        }
        boolean keyed = request instanceof ClientFrame.Publish publish
                && publish.extras().key() != null;
        if (replies.runs(request.id())) {
            inUse(session, carrier, request);
        } else if (keyed && replies.running() < limits.requests()) {
            replies.start(request.id(), false);
            publish(session, (ClientFrame.Publish) request, Decision.Allowed.ONCE, refusal);
        } else {
            outbox.send(carrier, new Error(request.id(), refusal.code(), null, refusal.retryAfterMillis()));
            outbox.chronicle().refused(session, request, refusal.code());
        }
    }

    void run(Session session, Request request) {
        if (!rights.allow(session, request)) {
            refuse(session, request.id(), ErrorCode.FORBIDDEN, null);
            return;
        }
        switch (request) {
            case ClientFrame.Subscribe subscribe -> subscribe(session, subscribe);
            case ClientFrame.Unsubscribe unsubscribe -> unsubscribe(session, unsubscribe);
            case ClientFrame.Subscriptions list -> subscriptions(session, list);
            case ClientFrame.Publish publish -> publish(session, publish, Decision.Allowed.ONCE, null);
            case ClientFrame.History history -> history(session, history);
            case ClientFrame.Presence presence -> presence(session, presence);
            case ClientFrame.Call call -> refuse(session, call.id(), ErrorCode.UNSUPPORTED, null);
            case ClientFrame.Refresh refresh -> outbox.add(new HubOutput.Reverify(session.id, session.turn, refresh));
            case ClientFrame.Connect connect -> refuse(session, connect.id(), ErrorCode.ALREADY_CONNECTED, null);
        }
    }

    private void subscribe(Session session, ClientFrame.Subscribe request) {
        Subscription existing = session.subscriptions.get(request.want().channel());
        if (existing != null && existing.joining) {
            later(existing, request);
        } else if (existing != null && existing.assigned) {
            // From now on it is the client's own, which says where it begins.
            fanout.leave(existing);
            fanout.join(session, request.want(), request.id()).takesOver(existing);
        } else if (existing != null) {
            refuse(session, request.id(), ErrorCode.ALREADY_SUBSCRIBED, "channel");
        } else if (session.subscriptionCount() >= session.mostSubscriptions(limits)) {
            tolls.hit(Limit.SUBSCRIPTIONS, session);
            refuse(session, request.id(), ErrorCode.TOO_MANY_SUBSCRIPTIONS, null);
        } else {
            fanout.join(session, request.want(), request.id());
        }
    }

    private void presence(Session session, ClientFrame.Presence request) {
        switch (request.action()) {
            case QUERY -> pages.wanted(session, request);
            case COUNT ->
                outbox.ask(
                        new ChannelRequest.Who(PresenceName.of(request.channel()), tag(session, request), "", false));
            case ENTER, UPDATE, LEAVE -> {
                ErrorCode fault = presences.request(session, request);
                if (fault != null) {
                    refuse(session, request.id(), fault, fault == ErrorCode.TOO_LARGE ? "data" : null);
                }
            }
            case OBSERVE -> observe(session, request);
            case UNOBSERVE -> unobserve(session, request);
        }
    }

    private void observe(Session session, ClientFrame.Presence request) {
        Subscription existing = session.subscriptions.get(PresenceName.of(request.channel()));
        if (existing != null && existing.joining) {
            later(existing, request);
        } else if (existing != null) {
            refuse(session, request.id(), ErrorCode.ALREADY_SUBSCRIBED, "channel");
        } else if (session.observed >= session.mostSubscriptions(limits)) {
            refuse(session, request.id(), ErrorCode.TOO_MANY_SUBSCRIPTIONS, null);
        } else {
            observe(session, new ClientFrame.Observation(request.channel(), request.since()), request.id());
        }
    }

    private Subscription observe(Session session, ClientFrame.Observation what, long id) {
        Want want = new Want(PresenceName.of(what.channel()), what.since(), 0, false);
        return fanout.join(session, want, id);
    }

    private void unobserve(Session session, ClientFrame.Presence request) {
        Subscription existing = session.subscriptions.get(PresenceName.of(request.channel()));
        if (existing == null && !request.retry()) {
            refuse(session, request.id(), ErrorCode.NOT_SUBSCRIBED, "channel");
        } else if (existing != null && existing.joining) {
            later(existing, request);
        } else {
            Position at = existing == null ? new Position("", 0) : new Position(existing.epoch, existing.position());
            if (existing != null) {
                fanout.leave(existing);
            }
            answer(session, new Attended(request.id(), request.channel(), Action.UNOBSERVE, at, -1, false));
        }
    }

    /** What the attach says that the session observes. */
    void resume(Session session, Resume resume) {
        for (ClientFrame.Observation each : resume.observe()) {
            if (session.subscriptions.containsKey(PresenceName.of(each.channel()))) {
                continue;
            }
            if (!rights.observe(session, each.channel())) {
                say(session, new Dropped(each.channel(), Action.UNOBSERVE, Rights.LOST));
            } else if (session.observed >= session.mostSubscriptions(limits)) {
                say(session, new Error(0, ErrorCode.TOO_MANY_SUBSCRIPTIONS, null, 0));
            } else {
                observe(session, each, 0);
            }
        }
    }

    private void unsubscribe(Session session, ClientFrame.Unsubscribe request) {
        Subscription existing = session.subscriptions.get(request.channel());
        if (existing == null && request.retry()) {
            // The first try may have done it, and a later attach has said so too.
            answer(session, new Unsubscribed(request.id(), request.channel(), "client"));
        } else if (existing == null) {
            refuse(session, request.id(), ErrorCode.NOT_SUBSCRIBED, "channel");
        } else if (existing.joining) {
            later(existing, request);
        } else {
            fanout.leave(existing);
            endAlongside(session, request.channel());
            answer(session, new Unsubscribed(request.id(), request.channel(), "client"));
            outbox.chronicle().unsubscribed(existing, "client");
        }
    }

    /** An observation that the subscription asked for ends with it. */
    private void endAlongside(Session session, String channel) {
        Subscription alongside = session.subscriptions.get(PresenceName.of(channel));
        if (alongside != null && alongside.alongside) {
            fanout.leave(alongside);
        }
    }

    /** A request on a channel whose subscription is not confirmed yet waits for that. */
    private static void later(Subscription subscription, Request request) {
        if (subscription.waiting == null) {
            subscription.waiting = new ArrayDeque<>(2);
        }
        subscription.waiting.add(request);
    }

    private void subscriptions(Session session, ClientFrame.Subscriptions request) {
        List<ServerFrame.Subscriptions.Entry> entries = new ArrayList<>();
        for (Subscription subscription : session.subscriptions.values()) {
            if (!subscription.joining && !subscription.channel.presence) {
                entries.add(new ServerFrame.Subscriptions.Entry(
                        subscription.channel.name, new Position(subscription.epoch, subscription.position())));
            }
        }
        answerUnkept(session, new ServerFrame.Subscriptions(request.id(), entries));
    }

    /** Publishes what was sent, or what the backend makes of it; a key stands for what was sent. */
    void publish(Session session, ClientFrame.Publish request, Decision.Allowed decision, @Nullable Refusal refusal) {
        outbox.ask(new ChannelRequest.Append(
                request.channel(),
                tag(session, request),
                session.principal.user(),
                session.client,
                decision.data() == null ? request.payload() : decision.data(),
                extras(request.extras(), decision),
                request.payload(),
                rights.publish(session, request.channel()) ? refusal : Refusal.FORBIDDEN));
    }

    private static Extras extras(Extras sent, Decision.Allowed decision) {
        return decision.headers() == null ? sent : new Extras(sent.key(), sent.slot(), decision.headers());
    }

    private void history(Session session, ClientFrame.History request) {
        if (request.key() != null) {
            Tag tag = tag(session, request);
            String publisher = ChannelRequest.publisher(session.principal.user(), session.client);
            outbox.ask(new ChannelRequest.Trace(request.channel(), tag, publisher, request.key()));
            return;
        }
        pages.wanted(session, request);
    }

    private static Tag tag(Session session, Request request) {
        return new Tag(session.id, session.turn, request.id());
    }

    /** An owner's answer to something that a session asked. */
    void answered(Session session, ChannelReply reply, Fanout.Cutter cutter) {
        long id = reply.tag().id();
        switch (reply) {
            case ChannelReply.Attached attached -> joined(session, attached);
            case ChannelReply.Sliced sliced -> fanout.caughtUp(session, sliced, cutter);
            case ChannelReply.Appended appended ->
                answer(
                        session,
                        new Published(
                                id,
                                appended.channel(),
                                appended.position(),
                                appended.stored(),
                                appended.dedupeMillis(),
                                appended.duplicate()));
            case ChannelReply.Refused refused -> {
                refused(session, refused);
                pages.refused(session, refused);
            }
            // A read of an earlier turn has been asked for again, if anybody still wants it.
            case ChannelReply.Traced traced when traced.tag().turn() != session.turn -> {}
            case ChannelReply.Paged paged -> pages.came(session, paged);
            case ChannelReply.Roll roll -> rolled(session, roll);
            case ChannelReply.Entered entered -> entered(session, entered);
            case ChannelReply.Unknown unknown -> {} // for the hub, and not for one of its sessions
            case ChannelReply.Traced traced -> traced(session, traced);
        }
    }

    /** Whoever may neither read nor publish there, and has not published, does not learn how much others have. */
    private void traced(Session session, ChannelReply.Traced traced) {
        String channel = traced.channel();
        long id = traced.tag().id();
        if (traced.position() != null || rights.history(session, channel) || rights.publish(session, channel)) {
            answerUnkept(session, new Outcome(id, channel, traced.head(), traced.position()));
        } else {
            answerUnkept(session, new Error(id, ErrorCode.FORBIDDEN, null, 0));
        }
    }

    private void rolled(Session session, ChannelReply.Roll roll) {
        long id = roll.tag().id();
        if (id == 0) {
            fanout.synced(session, roll);
        } else if (!pages.came(session, roll)) {
            String channel = PresenceName.channel(roll.channel());
            answerUnkept(session, new Attended(id, channel, Action.COUNT, roll.at(), roll.count(), false));
        }
    }

    private void entered(Session session, ChannelReply.Entered entered) {
        String channel = PresenceName.channel(entered.channel());
        answer(session, new Attended(entered.tag().id(), channel, entered.action(), entered.at(), -1, false));
    }

    private void refused(Session session, ChannelReply.Refused refused) {
        Error error = new Error(refused.tag().id(), refused.code(), null, refused.retryAfterMillis());
        if (refused.limit() != null) {
            tolls.hit(refused.limit(), session);
        }
        if (refused.code() == ErrorCode.RATE_LIMITED) {
            // A repeat is another try, and does not get this answer for ever.
            answerUnkept(session, error);
        } else {
            answer(session, error);
        }
    }

    private void joined(Session session, ChannelReply.Attached answer) {
        Subscription subscription = session.subscriptions.get(answer.channel());
        if (subscription == null
                || !subscription.joining
                || subscription.joinTurn != answer.tag().turn()
                || subscription.joinId != answer.tag().id()
                || subscription.channel.generation != answer.generation()) {
            return;
        }
        boolean observable = rights.observe(session, answer.channel());
        Reply frame = subscription.channel.presence
                ? observed(subscription, answer)
                : new Subscribed(
                        subscription.joinId,
                        answer.channel(),
                        answer.head(),
                        answer.recovered(),
                        answer.head().offset() - answer.start(),
                        answer.reason(),
                        subscription.presence && !observable);
        if (subscription.joinId != 0) {
            answer(session, frame);
        } else {
            say(session, frame);
        }
        ArrayDeque<Request> waiting = subscription.waiting;
        subscription.waiting = null;
        fanout.joined(subscription, answer);
        outbox.chronicle().subscribed(subscription);
        if (subscription.presence && observable) {
            observeAlongside(session, subscription);
        }
        if (waiting != null) {
            waiting.forEach(next -> run(session, next));
        }
    }

    private static Attended observed(Subscription subscription, ChannelReply.Attached answer) {
        return new Attended(
                subscription.joinId,
                PresenceName.channel(answer.channel()),
                Action.OBSERVE,
                answer.head(),
                -1,
                answer.recovered());
    }

    private void observeAlongside(Session session, Subscription subscription) {
        String channel = subscription.channel.name;
        if (!session.subscriptions.containsKey(PresenceName.of(channel))
                && session.observed < session.mostSubscriptions(limits)) {
            observe(session, new ClientFrame.Observation(channel, subscription.presenceSince), 0).alongside = true;
        }
    }

    /** Ends every subscription and observation that the session may not have any more, and says so. */
    void withdraw(Session session, String reason) {
        for (Subscription each : List.copyOf(session.subscriptions.values())) {
            String log = each.channel.name;
            if (session.subscriptions.get(log) == each && !rights.follow(session, log)) {
                withdraw(session, each, reason);
            }
        }
        presences.recheck(session, reason);
    }

    /** Ends the subscription to a channel, if there is one, and says so. */
    void end(Session session, String channel, String reason) {
        Subscription existing = session.subscriptions.get(channel);
        if (existing != null) {
            withdraw(session, existing, reason);
        }
    }

    private void withdraw(Session session, Subscription subscription, String reason) {
        ArrayDeque<Request> waiting = subscription.waiting;
        subscription.waiting = null;
        fanout.leave(subscription);
        outbox.chronicle().unsubscribed(subscription, reason);
        if (!subscription.channel.presence) {
            endAlongside(session, subscription.channel.name);
        }
        boolean asked = subscription.joining && subscription.joinId != 0;
        if (asked) {
            refuse(session, subscription.joinId, ErrorCode.FORBIDDEN, null);
        }
        if (!asked || subscription.assigned) {
            say(session, lost(subscription.channel.name, reason));
        }
        if (waiting != null) {
            waiting.forEach(next -> run(session, next));
        }
    }

    /** How a client is told that it gets nothing of this log any more. */
    static ServerFrame lost(String log, String reason) {
        return PresenceName.is(log)
                ? new Dropped(PresenceName.channel(log), Action.UNOBSERVE, reason)
                : new Unsubscribed(0, log, reason);
    }

    void refuse(Session session, long id, ErrorCode code, @Nullable String field) {
        answer(session, new Error(id, code, field, 0));
    }

    /** Keeps the answer for a repeat of the request, and says it. */
    void answer(Session session, Reply reply) {
        session.replies.finish(reply.id(), reply);
        say(session, reply);
    }

    /** An answer that costs nothing to make again, and may be long, is not kept. */
    private void answerUnkept(Session session, Reply reply) {
        session.replies.forget(reply.id());
        say(session, reply);
    }

    /** To the poll that brought the request, while it is open; else to what drains the session; else to the next poll. */
    void say(Session session, ServerFrame reply) {
        if (reply instanceof Error error) {
            outbox.chronicle().error(session, error.code(), error.field());
        }
        Polling polling = session.polling;
        Answer awaiting = polling == null || !(reply instanceof Reply to) ? null : polling.awaiting(to.id());
        Carrier carrier = awaiting == null ? session.carrier : awaiting.carrier;
        if (carrier != null) {
            outbox.send(carrier, reply);
        } else if (polling != null) {
            polling.unsent.add(reply);
        }
    }
}
