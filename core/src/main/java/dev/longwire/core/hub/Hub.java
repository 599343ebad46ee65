// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.hub;

import dev.longwire.core.Limits;
import dev.longwire.core.Namespaces;
import dev.longwire.core.Principal;
import dev.longwire.core.access.Revocation;
import dev.longwire.core.channel.ChannelReply;
import dev.longwire.core.channel.ChannelReply.Sliced;
import dev.longwire.core.channel.ChannelRequest.Refusal;
import dev.longwire.core.event.Events;
import dev.longwire.core.hook.Decision;
import dev.longwire.core.hook.Hooks;
import dev.longwire.core.hub.Asking.Arrival;
import dev.longwire.core.rate.Meter;
import dev.longwire.core.state.StateReader;
import dev.longwire.core.state.StateWriter;
import dev.longwire.protocol.ClientFrame;
import dev.longwire.protocol.ClientFrame.Request;
import dev.longwire.protocol.CloseCode;
import dev.longwire.protocol.ErrorCode;
import dev.longwire.protocol.ServerFrame;
import dev.longwire.protocol.ServerFrame.Error;
import java.util.ArrayDeque;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The single-threaded owner of a set of sessions: a machine that does no I/O, reads no clock and starts no thread.
 *
 * <p>Its home calls {@link #accept} with whatever happened, then {@link #poll} until that answers null, doing what each
 * output says; then it may accept the next input. It calls again with {@link HubInput.Tick} when {@link #wakeAt} says.
 * There is no re-entrance: an answer that is known at once still waits until the outputs are drained.
 *
 * <p>Threads: one at a time, with the happens-before of whoever passes it on. Time: monotonic milliseconds.
 */
public final class Hub {

    private final Limits limits;
    private final Outbox outbox;
    private final Carriers carriers;
    private final Fanout fanout;
    private final Presences presences;
    private final Tolls tolls;
    private final Sessions sessions;
    private final Requests requests;
    private final Polls polls;
    private final Pages pages;
    private final Permits permits;
    private long now;

    public Hub(Limits limits) {
        this(limits, Namespaces.DEFAULT);
    }

    public Hub(Limits limits, Namespaces namespaces) {
        this(limits, namespaces, Hooks.NONE, 0);
    }

    public Hub(Limits limits, Namespaces namespaces, long life) {
        this(limits, namespaces, Hooks.NONE, life);
    }

    /**
     * @param hooks who is asked first
     * @param life tells this hub from others that had, or will have, its number at the channels' owners
     */
    public Hub(Limits limits, Namespaces namespaces, Hooks hooks, long life) {
        this.limits = limits;
        this.outbox = new Outbox(limits.answerBytes());
        this.carriers = new Carriers(limits, outbox);
        this.fanout = new Fanout(limits, namespaces, outbox);
        Rules rules = new Rules(limits, new Rights(namespaces), hooks);
        this.presences = new Presences(rules, namespaces, outbox, life);
        this.tolls = new Tolls(limits, outbox);
        this.sessions = new Sessions(rules, carriers, fanout, presences, tolls);
        this.pages = new Pages(outbox, rules.rights());
        this.requests = new Requests(rules, sessions, pages);
        this.permits = new Permits(rules, sessions, requests);
        sessions.lanes().doer(new Verdicts(sessions, requests, rules.rights(), this::admit));
        this.polls = new Polls(rules, sessions, pages, this::came);
    }

    /** Takes one input. Everything that was said before must have been drained. */
    public void accept(HubInput input, long nowMillis) {
        now = nowMillis;
        presences.at(nowMillis);
        sessions.lanes().at(nowMillis);
        switch (input) {
            case HubInput.Opened(Carrier carrier) -> carriers.opened(carrier, nowMillis);
            case HubInput.Received(Carrier carrier, ClientFrame frame, int bytes) ->
                came(carrier, frame, bytes, nowMillis);
            case HubInput.Spent(Carrier carrier, int bytes) -> came(carrier, null, bytes, nowMillis);
            case HubInput.Polled polled -> polls.polled(polled, nowMillis);
            case HubInput.Settle() -> polls.settle(nowMillis);
            case HubInput.Heard(Carrier carrier) -> carriers.heard(carrier, nowMillis);
            case HubInput.Stalled(Carrier carrier) -> carrier.stalled = true;
            case HubInput.Drained(Carrier carrier) -> drained(carrier);
            case HubInput.Closed(Carrier carrier) -> closed(carrier, nowMillis);
            case HubInput.Verified verified -> verified(verified, nowMillis);
            case HubInput.Denied denied -> denied(denied, nowMillis);
            case HubInput.Decided decided -> decided(decided);
            case HubInput.Answered(ChannelReply reply) -> answered(reply);
            case HubInput.Pushed pushed -> fanout.pushed(pushed.channel(), pushed.epoch(), pushed.slice());
            case HubInput.Release release -> sessions.release(release, nowMillis);
            case HubInput.Overtaken(Carrier carrier) -> overtaken(carrier);
            case HubInput.Adopt(byte[] state) -> permits.adopted(sessions.adopt(state, nowMillis), nowMillis);
            case HubInput.Renewed renewed -> permits.renewed(renewed, nowMillis);
            case HubInput.Kept kept -> permits.kept(kept);
            case HubInput.Kick(String session, CloseCode code) -> sessions.kick(session, code);
            case HubInput.Revoke(Revocation revocation) -> permits.revoke(revocation, nowMillis);
            case HubInput.Assign assign -> permits.assign(assign);
            case HubInput.Drain(long spreadMillis) -> sessions.drain(spreadMillis, nowMillis);
            case HubInput.Tick() -> tick(nowMillis);
        }
    }

    /** The next thing to do, or null when there is nothing until the next input. */
    public @Nullable HubOutput poll() {
        HubOutput next = outbox.poll();
        if (next == null) {
            fanout.catchUp(this::cut);
            next = outbox.poll();
        }
        return next;
    }

    /** What happened to sessions; nothing until somebody wants it. To be emptied like the outputs. */
    public Events events() {
        return outbox.chronicle().events();
    }

    /** When a {@link HubInput.Tick} is wanted; {@code Long.MAX_VALUE} for never. */
    public long wakeAt() {
        long those = Math.min(presences.wakeAt(), permits.wakeAt());
        long others = Math.min(carriers.wakeAt(), sessions.wakeAt());
        return Math.min(sessions.lanes().wakeAt(), Math.min(those, others));
    }

    /** The offset up to which this hub has passed on a channel's messages; -1 when it doesn't follow the channel. */
    public long headOf(String channel) {
        Followed found = fanout.find(channel);
        return found == null ? Followed.UNKNOWN : found.head;
    }

    /** How many cursors stand on a channel here, parked ones included. */
    public int subscribersOf(String channel) {
        Followed found = fanout.find(channel);
        return found == null ? 0 : found.subscribers;
    }

    /** How many sessions of this user there are. */
    public int sessionsOf(String user) {
        int count = 0;
        for (Session session : sessions.all()) {
            count += user.equals(session.principal.user()) ? 1 : 0;
        }
        return count;
    }

    public int sessionCount() {
        return sessions.size();
    }

    public int carrierCount() {
        return carriers.size();
    }

    /** The open carriers, oldest first: where a home that read this hub back finds them again. */
    public Iterable<Carrier> carriers() {
        return carriers.all();
    }

    /** The sessions, oldest first; only to be read, and not across inputs. */
    public Iterable<Session> sessions() {
        return sessions.all();
    }

    /**
     * Whatever comes passes here once, on whatever carrier, and is counted.
     *
     * @param frame null for what costs, but says nothing
     */
    private void came(Carrier carrier, @Nullable ClientFrame frame, long bytes, long nowMillis) {
        if (carrier.closed) {
            return;
        }
        carriers.heard(carrier, nowMillis);
        Session session = carrier.session;
        Meter.Verdict verdict = tolls.take(carrier, session, bytes, nowMillis);
        if (verdict == Meter.Verdict.FLOOD && !(frame instanceof ClientFrame.Disconnect)) {
            outbox.goodbye(carrier, CloseCode.POLICY, 0);
            sessions.lost(carrier, nowMillis);
        } else if (verdict != Meter.Verdict.TAKEN && frame instanceof Request request && session != null) {
            limited(session, carrier, request, session.meter.waitMillis(nowMillis));
        } else if (frame != null) {
            received(carrier, frame, nowMillis);
        }
    }

    private void limited(Session session, Carrier carrier, Request request, long waitMillis) {
        if (carrier.answer != null) {
            carrier.answer.await(request.id());
        }
        requests.limited(session, carrier, request, new Refusal(ErrorCode.RATE_LIMITED, waitMillis));
    }

    private void received(Carrier carrier, ClientFrame frame, long nowMillis) {
        if (carrier.closed) {
            return;
        }
        if (carrier.verifying && !(frame instanceof ClientFrame.Ping)) {
            hold(carrier, frame, nowMillis);
            return;
        }
        switch (frame) {
            case ClientFrame.Ping() -> outbox.send(carrier, new ServerFrame.Pong());
            case ClientFrame.Bad bad -> bad(carrier, bad, nowMillis);
            case ClientFrame.Disconnect() -> goodbye(carrier, nowMillis);
            case ClientFrame.Connect connect when carrier.session == null -> connect(carrier, connect);
            case Request request -> request(carrier, request, nowMillis);
        }
    }

    /** What comes while the {@code connect} before it is being verified waits its turn. */
    private void hold(Carrier carrier, ClientFrame frame, long nowMillis) {
        if (carrier.pending == null) {
            carrier.pending = new ArrayDeque<>();
        }
        if (carrier.pending.size() >= limits.requests()) {
            outbox.goodbye(carrier, CloseCode.POLICY, 0);
            sessions.lost(carrier, nowMillis);
        } else {
            carrier.pending.add(frame);
        }
    }

    private void bad(Carrier carrier, ClientFrame.Bad bad, long nowMillis) {
        outbox.error(carrier, bad.id(), bad.code(), bad.field());
        if (carrier.session != null) {
            outbox.chronicle().error(carrier.session, bad.code(), bad.field());
        }
        CloseCode close = bad.code().close();
        if (close != null) {
            outbox.goodbye(carrier, close, 0);
            sessions.lost(carrier, nowMillis);
        }
    }

    private void goodbye(Carrier carrier, long nowMillis) {
        outbox.close(carrier, CloseCode.NORMAL);
        if (carrier.session == null) {
            sessions.lost(carrier, nowMillis);
        } else {
            sessions.end(carrier.session, CloseCode.NORMAL);
        }
    }

    private void connect(Carrier carrier, ClientFrame.Connect connect) {
        carrier.verifying = true;
        outbox.add(new HubOutput.Verify(carrier, connect));
    }

    private void request(Carrier carrier, Request request, long nowMillis) {
        Session session = carrier.session;
        if (session == null) {
            bad(carrier, new ClientFrame.Bad(request.id(), ErrorCode.CONNECT_REQUIRED, null), nowMillis);
            return;
        }
        if (Tolls.tooLong(session, request)) {
            bad(carrier, new ClientFrame.Bad(request.id(), ErrorCode.TOO_LARGE, "data"), nowMillis);
            return;
        }
        // What is refused for its channel's name is no publish, and costs nothing of what a session may publish.
        long nameMillis = tolls.name(session, request, nowMillis);
        long waitMillis = nameMillis > 0 ? nameMillis : tolls.publish(session, request, nowMillis);
        if (waitMillis > 0) {
            limited(session, carrier, request, waitMillis);
            return;
        }
        if (carrier.answer != null) {
            carrier.answer.await(request.id());
        }
        requests.request(session, carrier, request);
    }

    private void verified(HubInput.Verified verified, long nowMillis) {
        if (permits.revocations().refuse(verified.principal(), nowMillis)) {
            denied(new HubInput.Denied(verified.carrier(), verified.connect(), ErrorCode.UNAUTHORIZED), nowMillis);
        } else if (!verified.carrier().closed) {
            // What was let in already is not asked about again: a copy of the poll that made the session.
            Decision decision =
                    sessions.madeBy(verified) == null ? sessions.lanes().about(verified) : Decision.Allowed.ONCE;
            if (decision == null) {
                carriers.waits(verified.carrier());
                return;
            }
            enter(verified, decision, nowMillis);
        }
        forgetUnused(verified);
    }

    /** The backend has said whether somebody may come in, or nobody said it in time. */
    private void admit(Arrival arrival, Decision decision, long nowMillis) {
        HubInput.Verified verified = arrival.now(nowMillis);
        boolean ended = verified.lifeMillis() != Principal.FOR_EVER && verified.lifeMillis() <= -limits.graceMillis();
        if (ended || permits.revocations().refuse(verified.principal(), nowMillis)) {
            denied(new HubInput.Denied(verified.carrier(), verified.connect(), ErrorCode.UNAUTHORIZED), nowMillis);
        } else if (!verified.carrier().closed) {
            enter(verified, decision, nowMillis);
        }
        forgetUnused(verified);
    }

    private void enter(HubInput.Verified verified, Decision decision, long nowMillis) {
        Carrier carrier = verified.carrier();
        ClientFrame.Connect connect = verified.connect();
        switch (decision) {
            case Decision.Allowed allowed -> attach(verified, nowMillis);
            case Decision.Refused refused ->
                denied(new HubInput.Denied(carrier, connect, ErrorCode.UNAUTHORIZED), nowMillis);
            case Decision.Failed failed -> {
                carrier.verifying = false;
                carrier.pending = null;
                long wait = Math.max(Lanes.RETRY_MILLIS, failed.retryAfterMillis());
                busy(carrier, new Error(connect.id(), ErrorCode.UNAVAILABLE, null, wait), nowMillis);
            }
        }
    }

    private void forgetUnused(HubInput.Verified verified) {
        String fresh = verified.fresh().session();
        if (sessions.find(fresh) == null) {
            // The name was made for nothing: whoever noted it may forget it.
            outbox.add(new HubOutput.Ended(fresh));
        }
    }

    private void attach(HubInput.Verified verified, long nowMillis) {
        Carrier carrier = verified.carrier();
        carrier.verifying = false;
        Session made = sessions.madeBy(verified);
        if (made != null && made.polling != null) {
            // What else the poll brought ran when it came first.
            carrier.pending = null;
            polls.repeatFirst(made, made.polling, carrier, nowMillis);
            return;
        }
        long waitMillis = sessions.namesTooMany(verified, nowMillis);
        if (waitMillis > 0) {
            carrier.pending = null;
            busy(carrier, new Error(verified.connect().id(), ErrorCode.RATE_LIMITED, null, waitMillis), nowMillis);
            return;
        }
        sessions.attach(verified, nowMillis);
        if (carrier.session != null) {
            permits.shown(carrier.session, verified.principal(), verified.lifeMillis(), nowMillis);
        }
        if (carrier.session != null && verified.connect().resume() != null) {
            requests.resume(carrier.session, verified.connect().resume());
        }
        release(carrier, nowMillis);
    }

    private void denied(HubInput.Denied denied, long nowMillis) {
        Carrier carrier = denied.carrier();
        if (carrier.closed) {
            return;
        }
        carrier.verifying = false;
        carrier.pending = null;
        if (denied.code() == ErrorCode.TOO_MANY_SESSIONS) {
            // By then a session whose connection was lost is known to be away, and its client may have resumed it.
            Error error = new Error(denied.connect().id(), denied.code(), null, limits.pingMillis());
            busy(carrier, error, nowMillis);
        } else {
            bad(carrier, new ClientFrame.Bad(denied.connect().id(), denied.code(), null), nowMillis);
        }
    }

    /** There is no room for the session that a client wants; it may try again. */
    private void busy(Carrier carrier, Error error, long nowMillis) {
        outbox.send(carrier, error);
        outbox.goodbye(carrier, CloseCode.BUSY, error.retryAfterMillis());
        sessions.lost(carrier, nowMillis);
    }

    private void overtaken(Carrier carrier) {
        if (!carrier.closed) {
            outbox.goodbye(carrier, CloseCode.REPLACED, 0);
            carriers.forget(carrier);
        }
    }

    private void release(Carrier carrier, long nowMillis) {
        ArrayDeque<ClientFrame> pending = carrier.pending;
        carrier.pending = null;
        if (pending != null) {
            pending.forEach(frame -> received(carrier, frame, nowMillis));
        }
    }

    private void drained(Carrier carrier) {
        carrier.stalled = false;
        if (carrier.session != null && !carrier.closed) {
            fanout.resumed(carrier.session);
            pages.turn(carrier.session);
        }
    }

    private void closed(Carrier carrier, long nowMillis) {
        if (carrier.closed) {
            return;
        }
        if (carrier.form() == Carrier.Form.POLL) {
            polls.closed(carrier, nowMillis);
        } else {
            sessions.lost(carrier, nowMillis);
        }
    }

    private void decided(HubInput.Decided input) {
        boolean known = sessions.lanes().decided(input.question(), input.decision());
        if (!known && !input.session().isEmpty() && sessions.find(input.session()) == null) {
            outbox.add(new HubOutput.Astray(input));
        }
    }

    private void answered(ChannelReply reply) {
        Session session = sessions.find(reply.tag().session());
        if (session != null && reply instanceof Sliced sliced && sliced.tag().id() < 0) {
            polls.reread(session, sliced);
        } else if (session != null) {
            requests.answered(session, reply, this::cut);
        } else if (reply instanceof Sliced sliced && sliced.tag().session().isEmpty()) {
            fanout.repaired(sliced);
        } else if (reply instanceof ChannelReply.Unknown unknown) {
            presences.unknown(unknown.channel());
        } else {
            outbox.add(new HubOutput.Stray(reply));
        }
    }

    private void cut(Session session, CloseCode code) {
        sessions.cut(session, code, now);
    }

    private void tick(long nowMillis) {
        carriers.tick(nowMillis, (carrier, code, now) -> {
            outbox.goodbye(carrier, code, 0);
            sessions.lost(carrier, now);
        });
        polls.tick(nowMillis);
        presences.tick();
        permits.tick(nowMillis);
        sessions.lanes().tick();
        sessions.tick(nowMillis);
    }

    /** Writes everything out as plain values. Only between inputs, when the outputs are drained. */
    public void write(StateWriter out, long nowMillis) {
        new HubState(limits, sessions, permits).write(out, nowMillis);
    }

    /**
     * Takes the place of a hub that was written out. This one must be new.
     *
     * @param homesEnds gives the home's end of each carrier by its id
     */
    public void read(StateReader in, long nowMillis, LongFunction<Object> homesEnds) {
        sessions.lanes().at(nowMillis);
        new HubState(limits, sessions, permits).read(in, nowMillis, homesEnds);
        for (Carrier carrier : carriers.all()) {
            if (carrier.answer != null) {
                // Which polls are worth a look at the next settling is not written out: all of them are looked at.
                outbox.ready(carrier);
            }
        }
    }
}
