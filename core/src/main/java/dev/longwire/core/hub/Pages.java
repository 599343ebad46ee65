// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.hub;

import dev.longwire.core.channel.ChannelReply;
import dev.longwire.core.channel.ChannelRequest;
import dev.longwire.core.channel.ChannelRequest.Tag;
import dev.longwire.core.presence.PresenceName;
import dev.longwire.protocol.ClientFrame;
import dev.longwire.protocol.ClientFrame.Request;
import dev.longwire.protocol.ErrorCode;
import dev.longwire.protocol.Position;
import dev.longwire.protocol.ServerFrame;
import dev.longwire.protocol.ServerFrame.History;
import dev.longwire.protocol.ServerFrame.Members;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Pages of history, and of who is there. A page may be long, so a session's requests for them are run one after another, and only while there
 * is a carrier with room for the next page: what waits is the request, never a page. One that comes when nothing can take
 * it any more is thrown away and read again.
 */
final class Pages {

    /** What a message takes beside its payload, about. */
    private static final int AROUND_BYTES = 128;

    private final Outbox outbox;
    private final Rights rights;

    Pages(Outbox outbox, Rights rights) {
        this.outbox = outbox;
        this.rights = rights;
    }

    void wanted(Session session, Request request) {
        if (session.pages == null) {
            session.pages = new ArrayDeque<>(2);
        }
        session.pages.add(request);
        turn(session);
    }

    /** Asks for the next page, if one is wanted and can be taken. */
    void turn(Session session) {
        Request next = session.pages == null ? null : session.pages.peek();
        if (next != null && !session.paging) {
            Carrier taker = taker(session, next.id());
            if (taker != null && !taker.stalled) {
                session.paging = true;
                ask(session, next);
            }
        }
    }

    private void ask(Session session, Request request) {
        switch (request) {
            case ClientFrame.History history -> ask(session, history);
            case ClientFrame.Presence query -> {
                String after = query.after() == null ? "" : query.after();
                Tag tag = new Tag(session.id, session.turn, query.id());
                outbox.ask(new ChannelRequest.Who(PresenceName.of(query.channel()), tag, after, true));
            }
            default -> throw new IllegalStateException("no page answers this");
        }
    }

    private void ask(Session session, ClientFrame.History request) {
        Position bound = request.since() != null ? request.since() : request.before();
        outbox.ask(new ChannelRequest.Page(
                request.channel(),
                new Tag(session.id, session.turn, request.id()),
                bound == null ? null : bound.epoch(),
                request.since() == null ? -1 : request.since().offset(),
                request.before() == null ? -1 : request.before().offset(),
                request.limit(),
                request.reverse()));
    }

    void came(Session session, ChannelReply.Paged paged) {
        if (!ended(session, paged)) {
            return;
        }
        long id = paged.tag().id();
        Carrier taker = taker(session, id);
        if (taker != null) {
            done(session);
            session.replies.forget(id);
            Position next = paged.next() < 0 ? null : new Position(paged.head().epoch(), paged.next());
            if (rights.history(session, paged.channel())) {
                outbox.send(taker, new History(id, paged.channel(), paged.head(), paged.messages(), next));
                count(taker, paged);
            } else {
                outbox.error(taker, id, ErrorCode.FORBIDDEN, null);
            }
            turn(session);
        }
    }

    /** False when it answers no query for a page. */
    boolean came(Session session, ChannelReply.Roll roll) {
        long id = roll.tag().id();
        if (!ended(session, roll)) {
            // A page of an earlier turn is nobody's.
            return roll.tag().turn() != session.turn;
        }
        Carrier taker = taker(session, id);
        if (taker != null) {
            done(session);
            session.replies.forget(id);
            String channel = PresenceName.channel(roll.channel());
            String next = roll.page().next();
            if (rights.observe(session, channel)) {
                outbox.page(
                        taker,
                        new Members(
                                id,
                                channel,
                                roll.at(),
                                roll.count(),
                                roll.page().members(),
                                next),
                        roll.page().bytes());
            } else {
                outbox.error(taker, id, ErrorCode.FORBIDDEN, null);
            }
            turn(session);
        }
        return true;
    }

    /** The owner refused a request: if it was for the page that is awaited, the next one's turn has come. */
    void refused(Session session, ChannelReply.Refused refused) {
        if (ended(session, refused)) {
            done(session);
            turn(session);
        }
    }

    /** A later attach begins: who still wants a page asks again. */
    static void forget(Session session) {
        session.pages = null;
        session.paging = false;
    }

    /** Whether this answers the page that is awaited; then none is any more. */
    private boolean ended(Session session, ChannelReply reply) {
        Request awaited = session.pages == null ? null : session.pages.peek();
        boolean ours = session.paging
                && awaited != null
                && awaited.id() == reply.tag().id()
                && session.turn == reply.tag().turn();
        if (ours) {
            session.paging = false;
            outbox.lookAgain(session);
        }
        return ours;
    }

    private static void done(Session session) {
        ArrayDeque<Request> pages = session.pages;
        if (pages != null) {
            pages.remove();
            if (pages.isEmpty()) {
                session.pages = null;
            }
        }
    }

    /** What a page can be written to now: the poll that asked for it while that is open, else what drains the session. */
    private static @Nullable Carrier taker(Session session, long id) {
        Polling polling = session.polling;
        Answer awaiting = polling == null ? null : polling.awaiting(id);
        return awaiting == null ? session.carrier : awaiting.carrier;
    }

    /** An answer to a poll that is full takes no more; the home says of other carriers when they are. */
    private void count(Carrier carrier, ChannelReply.Paged paged) {
        Answer answer = carrier.answer;
        if (answer != null) {
            for (ServerFrame.Message message : paged.messages()) {
                answer.bytes += message.payload().bytes().length + AROUND_BYTES;
            }
            carrier.stalled |= answer.bytes >= outbox.answerBytes();
        }
    }
}
