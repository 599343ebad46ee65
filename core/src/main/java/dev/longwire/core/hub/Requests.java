// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.hub;

import dev.longwire.core.Limits;
import dev.longwire.core.channel.ChannelReply;
import dev.longwire.core.channel.ChannelRequest;
import dev.longwire.core.channel.ChannelRequest.Tag;
import dev.longwire.protocol.ClientFrame;
import dev.longwire.protocol.ClientFrame.Request;
import dev.longwire.protocol.ErrorCode;
import dev.longwire.protocol.Position;
import dev.longwire.protocol.ServerFrame;
import dev.longwire.protocol.ServerFrame.Error;
import dev.longwire.protocol.ServerFrame.Outcome;
import dev.longwire.protocol.ServerFrame.Published;
import dev.longwire.protocol.ServerFrame.Reply;
import dev.longwire.protocol.ServerFrame.Subscribed;
import dev.longwire.protocol.ServerFrame.Unsubscribed;
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

    Requests(Limits limits, Outbox outbox, Fanout fanout, Pages pages) {
        this.limits = limits;
        this.outbox = outbox;
        this.fanout = fanout;
        this.pages = pages;
    }

    void request(Session session, Carrier carrier, Request request) {
        Replies replies = session.replies;
        if (request.retry()) {
            Reply known = replies.answer(request.id());
            if (known != null) {
                outbox.send(carrier, known);
                return;
            }
            if (replies.runs(request.id())) {
                return;
            }
        }
        if (replies.runs(request.id())) {
            outbox.error(carrier, request.id(), ErrorCode.ID_IN_USE, "id");
        } else if (replies.running() >= limits.requests()) {
            outbox.error(carrier, request.id(), ErrorCode.TOO_MANY_REQUESTS, null);
        } else {
            replies.start(request.id(), request instanceof ClientFrame.History);
            run(session, request);
        }
    }

    private void run(Session session, Request request) {
        if (!Rights.allow(session, request)) {
            refuse(session, request.id(), ErrorCode.FORBIDDEN, null);
            return;
        }
        switch (request) {
            case ClientFrame.Subscribe subscribe -> subscribe(session, subscribe);
            case ClientFrame.Unsubscribe unsubscribe -> unsubscribe(session, unsubscribe);
            case ClientFrame.Subscriptions list -> subscriptions(session, list);
            case ClientFrame.Publish publish -> publish(session, publish);
            case ClientFrame.History history -> history(session, history);
            case ClientFrame.Presence presence -> refuse(session, presence.id(), ErrorCode.UNSUPPORTED, null);
            case ClientFrame.Call call -> refuse(session, call.id(), ErrorCode.UNSUPPORTED, null);
            case ClientFrame.Refresh refresh -> refuse(session, refresh.id(), ErrorCode.UNSUPPORTED, null);
            case ClientFrame.Connect connect -> refuse(session, connect.id(), ErrorCode.ALREADY_CONNECTED, null);
        }
    }

    private void subscribe(Session session, ClientFrame.Subscribe request) {
        Subscription existing = session.subscriptions.get(request.want().channel());
        if (existing != null && existing.joining) {
            later(existing, request);
        } else if (existing != null) {
            refuse(session, request.id(), ErrorCode.ALREADY_SUBSCRIBED, "channel");
        } else if (session.subscriptions.size() >= limits.subscriptions()) {
            refuse(session, request.id(), ErrorCode.TOO_MANY_SUBSCRIPTIONS, null);
        } else {
            fanout.join(session, request.want(), request.id());
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
            answer(session, new Unsubscribed(request.id(), request.channel(), "client"));
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
            if (!subscription.joining) {
                entries.add(new ServerFrame.Subscriptions.Entry(
                        subscription.channel.name, new Position(subscription.epoch, subscription.position())));
            }
        }
        answerUnkept(session, new ServerFrame.Subscriptions(request.id(), entries));
    }

    private void publish(Session session, ClientFrame.Publish request) {
        outbox.ask(new ChannelRequest.Append(
                request.channel(),
                tag(session, request),
                session.principal.user(),
                session.client,
                request.payload(),
                request.extras(),
                Rights.publish(session, request.channel())));
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
                answer(session, new Error(id, refused.code(), null, refused.retryAfterMillis()));
                pages.refused(session, refused);
            }
            // A read of an earlier turn has been asked for again, if anybody still wants it.
            case ChannelReply.Traced traced when traced.tag().turn() != session.turn -> {}
            case ChannelReply.Paged paged -> pages.came(session, paged);
            case ChannelReply.Traced traced ->
                answerUnkept(session, new Outcome(id, traced.channel(), traced.head(), traced.position()));
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
        Subscribed frame = new Subscribed(
                subscription.joinId,
                answer.channel(),
                answer.head(),
                answer.recovered(),
                answer.head().offset() - answer.start(),
                answer.reason(),
                subscription.presence);
        if (subscription.joinId != 0) {
            answer(session, frame);
        } else {
            say(session, frame);
        }
        ArrayDeque<Request> waiting = subscription.waiting;
        subscription.waiting = null;
        fanout.joined(subscription, answer);
        if (waiting != null) {
            waiting.forEach(next -> run(session, next));
        }
    }

    private void refuse(Session session, long id, ErrorCode code, @Nullable String field) {
        answer(session, new Error(id, code, field, 0));
    }

    /** Keeps the answer for a repeat of the request, and says it. */
    private void answer(Session session, Reply reply) {
        session.replies.finish(reply.id(), reply);
        say(session, reply);
    }

    /** An answer that costs nothing to make again, and may be long, is not kept. */
    private void answerUnkept(Session session, Reply reply) {
        session.replies.forget(reply.id());
        say(session, reply);
    }

    /** To the poll that brought the request, while it is open; else to what drains the session; else to the next poll. */
    private void say(Session session, Reply reply) {
        Polling polling = session.polling;
        Answer awaiting = polling == null ? null : polling.awaiting(reply.id());
        Carrier carrier = awaiting == null ? session.carrier : awaiting.carrier;
        if (carrier != null) {
            outbox.send(carrier, reply);
        } else if (polling != null) {
            polling.unsent.add(reply);
        }
    }
}
