// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.hub;

import dev.longwire.core.Limits;
import dev.longwire.core.channel.ChannelReply.Sliced;
import dev.longwire.core.channel.ChannelRequest;
import dev.longwire.core.channel.ChannelRequest.Tag;
import dev.longwire.core.deadline.Deadlines;
import dev.longwire.core.presence.PresenceName;
import dev.longwire.core.rate.Meter;
import dev.longwire.protocol.ClientFrame;
import dev.longwire.protocol.CloseCode;
import dev.longwire.protocol.ErrorCode;
import dev.longwire.protocol.Poll;
import dev.longwire.protocol.ServerFrame;
import dev.longwire.protocol.ServerFrame.Gap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Long-polling: the same sessions, drained by requests that are held until there is something to say.
 *
 * <p>A poll runs once, in the order of its seq, however often and in whatever order its copies arrive. Its answer is
 * remembered until a later poll confirms it, not as bytes but as control frames and runs of offsets, and is made again
 * from the log when the client asks again. Between polls a session is parked: its cursors are numbers in no list.
 */
final class Polls {

    /**
     * Runs the frames that a poll brought, as if they had come by any other carrier. A null is what a poll costs that
     * brings none.
     */
    interface Runner {
        void run(Carrier carrier, @Nullable ClientFrame frame, long bytes, long nowMillis);
    }

    /**
     * How long an answer with something in it is kept back for what a read under way may add: each read may ask for the
     * next one, and where reads are slow that need not end.
     */
    private static final long GATHER_MILLIS = 500;

    private final Limits limits;
    private final Outbox outbox;
    private final Carriers carriers;
    private final Sessions sessions;
    private final Fanout fanout;
    private final Pages pages;
    private final Rights rights;
    private final Runner runner;

    Polls(Rules rules, Sessions sessions, Pages pages, Runner runner) {
        this.limits = rules.limits();
        this.outbox = sessions.outbox();
        this.carriers = sessions.carriers();
        this.sessions = sessions;
        this.fanout = sessions.fanout();
        this.pages = pages;
        this.rights = rules.rights();
        this.runner = runner;
    }

    void polled(HubInput.Polled input, long nowMillis) {
        Carrier carrier = input.carrier();
        Poll poll = input.poll();
        carrier.bytes = input.bytes();
        if (input.session().isEmpty()) {
            first(carrier, poll, nowMillis);
            return;
        }
        Session session = sessions.find(input.session());
        if (session == null) {
            outbox.add(new HubOutput.Reject(carrier, ErrorCode.SESSION_GONE));
        } else if (input.turn() == session.turn && session.lapsed) {
            outbox.goodbye(carrier, CloseCode.TOKEN_EXPIRED, 0);
        } else if (input.turn() != session.turn || session.polling == null) {
            outbox.add(new HubOutput.Reject(carrier, ErrorCode.POLL_SUPERSEDED));
        } else {
            turn(session, session.polling, carrier, poll, nowMillis);
        }
    }

    /** The poll that makes or resumes a session; what it brings after {@code connect} waits for that. */
    private void first(Carrier carrier, Poll poll, long nowMillis) {
        if (poll.seq() != 1 || poll.frames().isEmpty()) {
            outbox.add(new HubOutput.Reject(carrier, ErrorCode.SESSION_GONE));
            return;
        }
        if (carrier.form() == Carrier.Form.POLL) {
            Answer answer = new Answer(1);
            answer.carrier = carrier;
            carrier.answer = answer;
            answer.immediate = !carriers.hold(carrier, poll.waitMillis(), nowMillis);
        } else {
            carriers.opened(carrier, nowMillis);
        }
        run(carrier, poll.frames(), nowMillis);
    }

    private void run(Carrier carrier, List<ClientFrame> frames, long nowMillis) {
        if (frames.isEmpty()) {
            runner.run(carrier, null, carrier.bytes, nowMillis);
        }
        for (ClientFrame frame : frames) {
            runner.run(carrier, frame, carrier.bytes / frames.size(), nowMillis);
        }
        if (carrier.answer != null) {
            outbox.ready(carrier);
        }
    }

    private void turn(Session session, Polling polling, Carrier carrier, Poll poll, long nowMillis) {
        long seq = poll.seq();
        boolean inWindow = poll.ack() < seq
                && poll.ack() >= seq - limits.pollRequests()
                && seq <= polling.executed + limits.pollRequests();
        boolean streams = session.carrier != null && session.carrier.form() == Carrier.Form.STREAM;
        if (streams && carrier.form() == Carrier.Form.STREAM) {
            // Nobody knows how much of the first one arrived: a second one takes a turn of its own.
            outbox.add(new HubOutput.Reject(carrier, ErrorCode.POLL_SUPERSEDED));
        } else if (seq <= polling.confirmed) {
            // A copy that the network kept back: whoever sent it has its answer, and is not to suffer for it.
            outbox.add(new HubOutput.Reject(carrier, ErrorCode.POLL_SUPERSEDED));
        } else if (!inWindow) {
            outbox.goodbye(carrier, CloseCode.POLL_ORDER, 0);
            sessions.kick(session.id, CloseCode.POLL_ORDER);
        } else if (seq <= polling.executed) {
            repeat(session, polling, carrier, poll, nowMillis);
        } else if (seq > polling.executed + 1) {
            early(session, polling, carrier, poll, nowMillis);
        } else {
            next(session, polling, carrier, poll, nowMillis);
            Polling.Early early = polling.takeEarly(polling.executed + 1);
            while (early != null && session.polling == polling) {
                next(session, polling, early.carrier(), early.poll(), nowMillis);
                early = polling.takeEarly(polling.executed + 1);
            }
        }
    }

    private void early(Session session, Polling polling, Carrier carrier, Poll poll, long nowMillis) {
        Polling.Early copy = polling.takeEarly(poll.seq());
        if (copy != null) {
            reject(copy.carrier(), ErrorCode.POLL_SUPERSEDED);
        }
        carrier.session = session;
        carriers.hold(carrier, poll.waitMillis(), nowMillis);
        polling.early.add(new Polling.Early(carrier, poll));
    }

    private void reject(Carrier carrier, ErrorCode code) {
        outbox.add(new HubOutput.Reject(carrier, code));
        carriers.forget(carrier);
    }

    /** The next poll in order: it runs, and takes the place of the one that is held. */
    private void next(Session session, Polling polling, Carrier carrier, Poll poll, long nowMillis) {
        polling.confirm(Math.min(poll.ack(), polling.executed));
        polling.executed = poll.seq();
        Carrier before = session.carrier;
        if (carrier.form() == Carrier.Form.STREAM) {
            stream(session, polling, carrier, nowMillis);
        } else {
            Answer answer = new Answer(poll.seq());
            polling.answers.add(answer);
            answer.immediate = !carriers.hold(carrier, poll.waitMillis(), nowMillis);
            if (before != null && before.form() == Carrier.Form.POLL) {
                finish(before, nowMillis);
            }
            take(session, answer, carrier);
        }
        sayUnsent(session, polling, carrier);
        run(carrier, poll.frames(), nowMillis);
    }

    /** What was made while no poll was open goes into this one. */
    private void sayUnsent(Session session, Polling polling, Carrier carrier) {
        for (ServerFrame frame : polling.unsent) {
            outbox.send(carrier, frame);
        }
        polling.unsent.clear();
        pages.turn(session);
    }

    /** The carrier is what the answer will be written to; and what drains the session, unless a stream does. */
    private void take(Session session, Answer answer, Carrier carrier) {
        answer.carrier = carrier;
        carrier.answer = answer;
        carrier.session = session;
        if (session.carrier == null) {
            session.carrier = carrier;
            unparked(session);
        }
    }

    private void unparked(Session session) {
        Deadlines.stop(session);
        fanout.unpark(session);
        sessions.presences().unparked(session);
    }

    private void stream(Session session, Polling polling, Carrier carrier, long nowMillis) {
        Carrier before = session.carrier;
        if (before != null) {
            finish(before, nowMillis);
        }
        polling.confirm(polling.executed);
        carriers.opened(carrier, nowMillis);
        carriers.connected(carrier, nowMillis);
        carrier.session = session;
        session.carrier = carrier;
        unparked(session);
        // There may be nothing to say for long, and the client wants to know that it is heard.
        outbox.add(new HubOutput.Probe(carrier));
    }

    private void repeat(Session session, Polling polling, Carrier carrier, Poll poll, long nowMillis) {
        polling.confirm(Math.min(poll.ack(), polling.executed));
        Answer answer = polling.find(poll.seq());
        if (answer == null) {
            // It was a stream, or its session has gone on: there is no answer to give again.
            outbox.add(new HubOutput.Reject(carrier, ErrorCode.POLL_SUPERSEDED));
            return;
        }
        Carrier older = answer.carrier;
        if (older != null) {
            boolean draining = session.carrier == older;
            release(session, older);
            // Not an answer without frames: if it was the network that made the copy, the client would take it for the
            // answer, and confirm what only the copy gets.
            outbox.add(new HubOutput.Reject(older, ErrorCode.POLL_SUPERSEDED));
            if (draining) {
                sessions.parked(session, nowMillis);
            }
        }
        // Behind a later one it is not held again: what it got now the client would take for what came before that.
        if (!answer.complete && answer.parts.isEmpty() && answer.seq == polling.executed) {
            answer.immediate = !carriers.hold(carrier, poll.waitMillis(), nowMillis);
            take(session, answer, carrier);
            sayUnsent(session, polling, carrier);
            outbox.ready(carrier);
            return;
        }
        answer.complete = true;
        if (sessions.tolls().take(carrier, session, carrier.bytes, nowMillis) == Meter.Verdict.FLOOD) {
            outbox.goodbye(carrier, CloseCode.POLICY, 0);
            carriers.forget(carrier);
            return;
        }
        again(session, polling, answer, carrier, nowMillis);
    }

    /** A copy of the poll that made a session: it gets that one's answer. */
    void repeatFirst(Session session, Polling polling, Carrier carrier, long nowMillis) {
        carrier.answer = null;
        repeat(session, polling, carrier, new Poll(null, 1, 0, Poll.DEFAULT_WAIT, false, List.of()), nowMillis);
    }

    /** Writes an answer again, from its parts. */
    private void again(Session session, Polling polling, Answer answer, Carrier carrier, long nowMillis) {
        carrier.session = session;
        carrier.answer = null;
        carriers.hold(carrier, Poll.DEFAULT_WAIT, nowMillis);
        Polling.Repeat repeat = new Polling.Repeat(answer, carrier);
        polling.repeats.add(repeat);
        step(session, polling, repeat);
    }

    private void step(Session session, Polling polling, Polling.Repeat repeat) {
        List<Answer.Part> parts = repeat.answer.parts;
        while (repeat.part < parts.size()) {
            switch (parts.get(repeat.part)) {
                case Answer.Said(ServerFrame.History page)
                when !rights.history(session, page.channel()) -> {
                    outbox.error(repeat.carrier, page.id(), ErrorCode.FORBIDDEN, null);
                    repeat.part++;
                }
                case Answer.Said(ServerFrame.Members page)
                when !rights.observe(session, page.channel()) -> {
                    outbox.error(repeat.carrier, page.id(), ErrorCode.FORBIDDEN, null);
                    repeat.part++;
                }
                case Answer.Said(ServerFrame frame) -> {
                    outbox.send(repeat.carrier, frame);
                    repeat.part++;
                }
                case Answer.Run run
                when !rights.follow(session, run.channel()) -> {
                    outbox.send(repeat.carrier, Requests.lost(run.channel(), Rights.LOST));
                    repeat.part++;
                    repeat.cursor = -1;
                }
                case Answer.Run run -> {
                    repeat.cursor = Math.max(repeat.cursor, run.from());
                    Tag tag = new Tag(session.id, session.turn, -repeat.carrier.id());
                    outbox.ask(new ChannelRequest.Read(
                            run.channel(), tag, run.epoch(), repeat.cursor, run.to(), limits.sliceBytes(), false));
                    return;
                }
            }
        }
        polling.repeats.remove(repeat);
        carriers.forget(repeat.carrier);
        outbox.add(new HubOutput.Finish(repeat.carrier, repeat.answer.seq));
    }

    /** A piece of log for an answer that is written again. What has been trimmed meanwhile is announced instead. */
    void reread(Session session, Sliced sliced) {
        Polling polling = session.polling;
        Polling.Repeat repeat =
                polling == null ? null : find(polling, -sliced.tag().id());
        if (polling == null || repeat == null || !(repeat.answer.parts.get(repeat.part) instanceof Answer.Run run)) {
            return;
        }
        boolean gone = !run.epoch().equals(sliced.epoch());
        long from = gone ? run.to() : Math.min(run.to(), sliced.slice().from());
        if (from > repeat.cursor && PresenceName.is(run.channel())) {
            // Nothing stands in for changes that are gone but everybody anew, and that takes another turn.
            polling.repeats.remove(repeat);
            reject(repeat.carrier, ErrorCode.POLL_SUPERSEDED);
            return;
        }
        if (from > repeat.cursor) {
            outbox.send(
                    repeat.carrier, new Gap(run.channel(), run.epoch(), repeat.cursor + 1, from, Gap.Cause.TRIMMED));
            repeat.cursor = from;
        }
        if (!gone && sliced.slice().to() > repeat.cursor) {
            outbox.deliverAgain(run.channel(), run.epoch(), sliced.slice(), repeat.carrier);
            repeat.cursor = sliced.slice().to();
        }
        if (repeat.cursor >= run.to()) {
            repeat.part++;
            repeat.cursor = -1;
        }
        step(session, polling, repeat);
    }

    private static Polling.@Nullable Repeat find(Polling polling, long carrierId) {
        for (Polling.Repeat repeat : polling.repeats) {
            if (repeat.carrier.id() == carrierId) {
                return repeat;
            }
        }
        return null;
    }

    /** Answers every held poll that has something to say, now that nothing more comes at once. */
    void settle(long nowMillis) {
        for (Carrier carrier = outbox.takeReady(); carrier != null; carrier = outbox.takeReady()) {
            Answer answer = carrier.answer;
            Session session = carrier.session;
            if (carrier.closed || answer == null || session == null) {
                continue;
            }
            boolean draining = session.carrier == carrier;
            boolean quiet = answer.awaited == null;
            boolean said = !answer.parts.isEmpty();
            if (said && answer.saidAtMillis < 0) {
                answer.saidAtMillis = nowMillis;
            }
            boolean reads = session.reading != null || session.paging;
            boolean gathered = !reads || said && nowMillis - answer.saidAtMillis >= GATHER_MILLIS;
            if (draining ? gathered && (said || answer.immediate && quiet) : quiet || carrier.stalled) {
                finish(carrier, nowMillis);
            }
        }
    }

    /** Completes the answer of a held poll. The session is parked until the next one. */
    private void finish(Carrier carrier, long nowMillis) {
        Answer answer = carrier.answer;
        Session session = carrier.session;
        if (answer == null || session == null) {
            return;
        }
        answer.complete = true;
        boolean draining = session.carrier == carrier;
        release(session, carrier);
        outbox.add(new HubOutput.Finish(carrier, answer.seq));
        if (draining) {
            sessions.parked(session, nowMillis);
        }
    }

    private void release(Session session, Carrier carrier) {
        Answer answer = carrier.answer;
        if (answer != null) {
            answer.carrier = null;
        }
        carrier.answer = null;
        if (session.carrier == carrier) {
            fanout.park(session);
            session.carrier = null;
        }
        carriers.forget(carrier);
    }

    /** The client has given up on a held poll, or the connection broke. It may ask again. */
    void closed(Carrier carrier, long nowMillis) {
        Session session = carrier.session;
        Polling polling = session == null ? null : session.polling;
        if (session != null && polling != null) {
            polling.forget(carrier);
            boolean draining = session.carrier == carrier;
            release(session, carrier);
            if (draining) {
                sessions.parked(session, nowMillis);
            }
        }
        carriers.forget(carrier);
    }

    /** Polls that have waited long enough are answered, however little there is to say. */
    void tick(long nowMillis) {
        for (Carrier due = carriers.waited(nowMillis); due != null; due = carriers.waited(nowMillis)) {
            Session session = due.session;
            Polling polling = session == null ? null : session.polling;
            if (session != null && due.answer != null) {
                finish(due, nowMillis);
            } else {
                // Still early, still verifying, or a repeat whose log does not answer: the client asks again.
                if (polling != null) {
                    polling.forget(due);
                }
                reject(due, ErrorCode.REQUEST_TIMEOUT);
            }
        }
    }
}
