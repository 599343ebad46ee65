// SPDX-License-Identifier: Apache-2.0
package dev.longwire.simulation.home;

import dev.longwire.core.Principal;
import dev.longwire.core.access.Capabilities;
import dev.longwire.core.access.Narrowing;
import dev.longwire.core.access.Revocation;
import dev.longwire.core.access.Revocations;
import dev.longwire.core.channel.ChannelReply;
import dev.longwire.core.channel.ChannelRequest.Tag;
import dev.longwire.core.event.Event;
import dev.longwire.core.event.EventType;
import dev.longwire.core.hub.Carrier;
import dev.longwire.core.hub.Hub;
import dev.longwire.core.hub.HubInput;
import dev.longwire.core.hub.HubOutput;
import dev.longwire.core.hub.Session;
import dev.longwire.core.log.LogSlice;
import dev.longwire.core.log.LogView;
import dev.longwire.core.state.StateReader;
import dev.longwire.core.state.StateWriter;
import dev.longwire.protocol.ClientFrame;
import dev.longwire.protocol.ClientFrame.Connect;
import dev.longwire.protocol.CloseCode;
import dev.longwire.protocol.ErrorCode;
import dev.longwire.protocol.ServerFrame;
import dev.longwire.simulation.ground.Bug;
import dev.longwire.simulation.ground.Fault;
import dev.longwire.simulation.ground.Ground;
import dev.longwire.simulation.ground.Pass;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One hub and its loop. */
final class HubHome implements ServerEnd {

    private final int index;
    private final Ground ground;
    private final Home home;
    private final Map<Long, Peer> peers = new LinkedHashMap<>();
    private final Scribe scribe;
    private final Sittings sittings;

    /** What this hub has been told not to believe. */
    private final Revocations refused = new Revocations();

    private Hub hub;
    private int life;
    private long wakeAt = Long.MAX_VALUE;

    /** Whether the end of the turn is planned. */
    private boolean settling;

    HubHome(int index, Ground ground, Home home) {
        this.index = index;
        this.ground = ground;
        this.home = home;
        this.sittings = new Sittings(ground);
        this.scribe = new Scribe(ground, home.watcher());
        this.hub = fresh();
    }

    private Hub fresh() {
        Hub fresh = new Hub(ground.plan().limits(), ground.plan().settings().namespaces(), Backend.hooks(ground), life);
        fresh.events().want(EnumSet.allOf(EventType.class));
        return fresh;
    }

    int index() {
        return index;
    }

    /** Counts the restarts: what was meant for an earlier life is not for this one. */
    int life() {
        return life;
    }

    /** Whether a session here holds a member in a channel, without any doubt. */
    boolean holds(String member, String channel) {
        return sittings.holds(hub, member, channel);
    }

    void sessionsTo(List<Session> all) {
        hub.sessions().forEach(all::add);
    }

    boolean follows(String channel) {
        return hub.headOf(channel) >= 0;
    }

    // ---- what happens to it

    void restart() {
        ground.story().tell(() -> "hub " + index + " restarts");
        life++;
        List.copyOf(peers.values()).forEach(Peer::lose);
        peers.clear();
        hub = fresh();
        home.watcher().hubCrashed();
        wakeAt = Long.MAX_VALUE;
        home.revoked().forEach(this::revoke);
        home.assignTo(this);
    }

    /** Who somebody here is. */
    @Nullable
    Principal anybody() {
        for (Session session : hub.sessions()) {
            if (ground.dice().chance(50)) {
                return session.principal();
            }
        }
        return null;
    }

    /** From here on no session that came with such a token may be here. */
    void revoke(Revocation revocation) {
        if (!ground.has(Bug.IGNORE_REVOCATION)) {
            accept(new HubInput.Revoke(revocation));
        }
        refused.add(revocation, ground.now());
        for (Session session : hub.sessions()) {
            if (refused.refuse(session.principal(), ground.now())) {
                watch(session);
            }
        }
    }

    /** What was said to an earlier life was told to this one when it began. */
    void assign(HubInput.Assign input, int lifeThen) {
        if (life == lifeThen && !ground.has(Bug.FORGET_ASSIGNMENT)) {
            perhapsSleep();
            accept(input);
        }
    }

    /** Holds a session to its token, each time something is written for it. */
    private void watch(@Nullable Session session) {
        if (session != null) {
            home.watcher().served(session.principal(), refused.refuse(session.principal(), ground.now()));
        }
    }

    void drainAll() {
        accept(new HubInput.Drain(200));
    }

    void kickOne() {
        for (Session session : hub.sessions()) {
            if (ground.dice().chance(50)) {
                ground.counters().count("kicked");
                accept(new HubInput.Kick(session.id(), CloseCode.KICKED));
                return;
            }
        }
    }

    @Override
    public void opened(WsLink link) {
        peers.put(link.id(), link);
        link.carrier.attach(link);
        accept(new HubInput.Opened(link.carrier));
    }

    @Override
    public void came(WsLink link, ClientFrame frame) {
        ground.story().tell(() -> "hub " + index + " <- " + link + " " + frame);
        WsLink target = scribe.lateInput(link, frame);
        about(target, carrier -> new HubInput.Received(carrier, frame));
    }

    @Override
    public void heard(WsLink link) {
        about(link, HubInput.Heard::new);
    }

    @Override
    public void drained(WsLink link) {
        about(link, HubInput.Drained::new);
    }

    @Override
    public void closed(WsLink link) {
        ground.story().tell(() -> "hub " + index + " " + link + " closed");
        about(link, HubInput.Closed::new);
        peers.remove(link.id());
    }

    void polled(Exchange exchange, String session, long turn) {
        ground.story().tell(() -> "hub " + index + " <- " + exchange + " " + exchange.poll());
        perhapsSleep();
        peers.put(exchange.carrier.id(), exchange);
        exchange.carrier.attach(exchange);
        accept(new HubInput.Polled(exchange.carrier, session, turn, exchange.poll(), 0));
    }

    void pollGone(PollLink link, long seq, int attempt) {
        for (Peer peer : List.copyOf(peers.values())) {
            if (peer instanceof Exchange exchange
                    && exchange.link() == link
                    && exchange.poll().seq() == seq
                    && exchange.attempt() == attempt) {
                about(exchange, HubInput.Closed::new);
                peers.remove(exchange.carrier.id());
            }
        }
    }

    void answered(ChannelReply reply, int lifeThen) {
        if (reply instanceof ChannelReply.Attached attached && reply.tag().equals(Tag.HUB)) {
            if (follows(reply.channel())) {
                accept(new HubInput.Pushed(
                        reply.channel(),
                        attached.head().epoch(),
                        new Hint(attached.head().offset())));
            }
        } else if (life == lifeThen || ground.dice().chance(50)) {
            accept(new HubInput.Answered(reply));
        }
    }

    /** A log has grown; the hint brings what came after {@code from}, or what this hub misses. */
    void hint(String channel, LogView view, long from) {
        long head = hub.headOf(channel);
        if (head >= 0) {
            long start = ground.has(Fault.HINT_DISORDER) && ground.dice().chance(50) ? from : head;
            accept(new HubInput.Pushed(channel, view.epoch(), view.slice(start, view.head(), Integer.MAX_VALUE)));
        }
    }

    /** The backend has decided something that this hub, perhaps in an earlier life, asked. */
    void decided(HubInput.Decided input) {
        perhapsSleep();
        accept(input);
    }

    void release(String session, long turn, Registry.Move move) {
        accept(new HubInput.Release(session, turn, move));
    }

    void adopt(byte[] state) {
        accept(new HubInput.Adopt(state));
    }

    // ---- the loop

    private void about(Peer link, Function<Carrier, HubInput> input) {
        perhapsSleep();
        accept(input.apply(link.carrier));
    }

    private void accept(HubInput input) {
        if (!settling
                && ground.has(Fault.POLLING)
                && !ground.has(Bug.NEVER_SETTLE)
                && !(input instanceof HubInput.Settle)) {
            settling = true;
            ground.agenda().in(ground.dice().below(3), () -> {
                settling = false;
                perhapsSleep();
                accept(new HubInput.Settle());
            });
        }
        hub.accept(input, ground.now());
        for (HubOutput output = hub.poll(); output != null; output = hub.poll()) {
            perform(output);
        }
        tell();
        if (ground.plan().presence()) {
            sittings.look(hub, home.askedUntil(index));
        }
        long next = hub.wakeAt();
        if (next < wakeAt) {
            wakeAt = next;
            int now = life;
            ground.agenda().at(next, () -> {
                if (life == now) {
                    wakeAt = Long.MAX_VALUE;
                    perhapsSleep();
                    accept(new HubInput.Tick());
                }
            });
        }
    }

    /** What happened goes to the log of events before anything else comes in. */
    private void tell() {
        for (Event event = hub.events().poll();
                event != null;
                event = hub.events().poll()) {
            if (ground.has(Bug.LOSE_EVENT) && ground.dice().chance(3)) {
                continue;
            }
            if (event instanceof Event.OfSession ofSession) {
                home.watcher().happened(ofSession, home.wallMillis());
            } else {
                home.watcher().happened(event);
            }
        }
    }

    private void perform(HubOutput output) {
        switch (output) {
            case HubOutput.Send(Carrier carrier, ServerFrame frame) -> {
                Peer peer = peer(carrier);
                scribe.send(peer, frame, index, home.registry());
                stallIfFull(peer);
            }
            case HubOutput.Deliver deliver -> deliver(deliver);
            case HubOutput.Close(Carrier carrier, CloseCode code) -> {
                Peer peer = peer(carrier);
                ground.story().tell(() -> "hub " + index + " closes " + peer + " " + code);
                ground.counters().count("closed " + code.wire());
                scribe.closed(peer, code);
                peers.remove(carrier.id());
            }
            case HubOutput.Probe(Carrier carrier) -> {
                ground.counters().count("probes");
                peer(carrier).probe();
            }
            case HubOutput.Verify(Carrier carrier, Connect connect) -> verify(peer(carrier), connect);
            case HubOutput.Reverify asked -> reverify(asked);
            case HubOutput.Ask ask -> {
                sittings.asked(ask.request());
                home.ask(index, scribe.asked(ask.request()));
            }
            case HubOutput.Stray stray -> home.registry().stray(stray.reply(), index);
            case HubOutput.Released released ->
                home.registry()
                        .released((Registry.Move) released.asker(), index, released.state(), released.overtaken());
            case HubOutput.Consult consult -> home.backend().ask(consult.question(), index);
            case HubOutput.Astray astray -> home.registry().astray(astray.decided(), index);
            case HubOutput.LimitHit hit -> ground.counters().count("limits");
            case HubOutput.Ended ended -> home.registry().ended(ended.session(), index);
            case HubOutput.Finish(Carrier carrier, long seq) -> {
                Exchange exchange = exchange(carrier);
                home.watcher().answered(exchange.link(), exchange.poll(), exchange.heldMillis(), exchange.fullMillis());
                exchange.finish(seq);
            }
            case HubOutput.Reject(Carrier carrier, ErrorCode code) ->
                exchange(carrier).reject(code);
        }
    }

    private static Peer peer(Carrier carrier) {
        if (carrier.attachment() instanceof Peer peer) {
            return peer;
        }
        throw new IllegalStateException("a carrier without an end");
    }

    /** The poll of a carrier that the hub has done with. */
    private Exchange exchange(Carrier carrier) {
        if (carrier.attachment() instanceof Exchange exchange) {
            ground.story().tell(() -> "hub " + index + " answers " + exchange);
            peers.remove(carrier.id());
            return exchange;
        }
        throw new IllegalStateException("not a poll");
    }

    private void deliver(HubOutput.Deliver deliver) {
        if (!(deliver.slice() instanceof LogSlice slice)) {
            throw new IllegalStateException("a slice of nothing");
        }
        List<Scribe.Line> lines = scribe.read(slice);
        List<Peer> full = new ArrayList<>();
        for (int i = 0; i < deliver.count(); i++) {
            Peer peer = peer(deliver.carriers()[i]);
            watch(deliver.carriers()[i].session());
            scribe.deliver(peer, deliver.channel(), lines);
            if (!ground.has(Bug.IGNORE_STALL) && peer.becameFull()) {
                full.add(peer);
            }
        }
        for (Peer link : full) {
            ground.counters().count("stalls");
            hub.accept(new HubInput.Stalled(link.carrier), ground.now());
        }
    }

    private void stallIfFull(Peer link) {
        if (!link.serverGone() && !ground.has(Bug.IGNORE_STALL) && link.becameFull()) {
            ground.counters().count("stalls");
            hub.accept(new HubInput.Stalled(link.carrier), ground.now());
        }
    }

    /** Who the client is: its token is its user's name. Takes a moment, and longer when the session is elsewhere. */
    private void verify(Peer link, Connect connect) {
        int then = life;
        String token = connect.token();
        ClientFrame.Resume resume = connect.resume();
        String session = resume == null ? null : resume.session();
        long turn = resume == null ? 1 : Math.max(1, resume.turn());
        Registry.Attempt attempt = new Registry.Attempt() {
            @Override
            public void arrived() {
                long id = home.freshId();
                HubInput.FreshIds ids = new HubInput.FreshIds("s" + id, "c" + id);
                decided(verified(connect, ids));
            }

            @Override
            public void overtaken() {
                decided(new HubInput.Overtaken(link.carrier));
            }

            private HubInput verified(Connect connect, HubInput.FreshIds ids) {
                Principal principal = principal(token);
                return principal == null
                        ? new HubInput.Denied(link.carrier, connect, ErrorCode.UNAUTHORIZED)
                        : new HubInput.Verified(link.carrier, connect, principal, life(principal), session, turn, ids);
            }

            private void decided(HubInput input) {
                if (life == then) {
                    accept(input);
                }
            }
        };
        ground.agenda().in(ground.latency(), () -> home.registry().bring(session, turn, index, attempt));
    }

    private void reverify(HubOutput.Reverify asked) {
        int then = life;
        ground.agenda().in(ground.latency(), () -> {
            if (life == then) {
                perhapsSleep();
                Principal principal = principal(asked.refresh().token());
                accept(
                        principal == null
                                ? new HubInput.Kept(
                                        asked.session(), asked.turn(), asked.refresh(), ErrorCode.UNAUTHORIZED)
                                : new HubInput.Renewed(
                                        asked.session(), asked.turn(), asked.refresh(), principal, life(principal)));
            }
        });
    }

    /** Whom a token speaks for now: itself names a user, or it is a pass; null when it has ended. */
    private @Nullable Principal principal(@Nullable String token) {
        Pass pass = Pass.read(token);
        if (pass == null) {
            return Principal.ofUser(token);
        }
        Principal said = pass.principal();
        if (pass.endsAt() > 0 && pass.endsAt() <= ground.now()) {
            return null;
        }
        return ground.has(Bug.IGNORE_RIGHTS)
                ? new Principal(
                        said.user(),
                        null,
                        Capabilities.ALL,
                        Narrowing.NONE,
                        said.tokenId(),
                        said.issuedAtMillis(),
                        pass.endsAt())
                : said;
    }

    private long life(Principal principal) {
        return ground.has(Bug.IGNORE_END) ? Principal.FOR_EVER : principal.lifeMillis(ground.now());
    }

    private void perhapsSleep() {
        if (!ground.has(Fault.SLEEP) || !ground.dice().chance(5)) {
            return;
        }
        StateWriter out = new StateWriter();
        hub.write(out, ground.now());
        byte[] state = out.toBytes();
        int subscriptions = 0;
        for (Session session : hub.sessions()) {
            subscriptions += session.subscriptionCount();
        }
        home.watcher().slept(state.length, hub.sessionCount() + hub.carrierCount(), subscriptions);
        hub = fresh();
        hub.read(new StateReader(state), ground.now(), this::homesEnd);
        for (Carrier carrier : hub.carriers()) {
            peer(carrier).carrier = carrier;
        }
        ground.counters().count("hub sleeps");
    }

    private Object homesEnd(long carrier) {
        Peer peer = peers.get(carrier);
        if (peer == null) {
            throw new IllegalStateException("carrier " + carrier + " has no end");
        }
        return peer;
    }
}
