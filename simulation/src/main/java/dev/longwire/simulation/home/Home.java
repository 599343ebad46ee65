// SPDX-License-Identifier: Apache-2.0
package dev.longwire.simulation.home;

import dev.longwire.core.Principal;
import dev.longwire.core.access.Assignments;
import dev.longwire.core.access.Revocation;
import dev.longwire.core.channel.ChannelReply;
import dev.longwire.core.channel.ChannelRequest;
import dev.longwire.core.channel.ChannelRequest.Tag;
import dev.longwire.core.hub.Carrier;
import dev.longwire.core.hub.HubInput;
import dev.longwire.core.hub.Session;
import dev.longwire.core.presence.PresenceName;
import dev.longwire.protocol.ClientFrame;
import dev.longwire.protocol.ErrorCode;
import dev.longwire.protocol.Poll;
import dev.longwire.simulation.ground.Bug;
import dev.longwire.simulation.ground.Fault;
import dev.longwire.simulation.ground.Ground;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Hubs and owners of channels with lanes between them, and the doors for clients and weather. */
public final class Home {

    /** Everybody who has a name. */
    public static final List<String> USERS = List.of("ann", "bob", "cem");

    private final Ground ground;
    private final Watcher watcher;
    private final Tap tap;
    private final Registry registry;
    private final Backend backend;
    private final List<HubHome> hubs = new ArrayList<>();
    private final List<OwnerHome> owners = new ArrayList<>();
    private final List<Lane> toOwners = new ArrayList<>();
    private final List<Lane> toHubs = new ArrayList<>();
    private final List<Revocation> revoked = new ArrayList<>();
    private final Assignments assignments = new Assignments();

    /** From the application to each hub, which hears all in the order in which it was said. */
    private final List<Lane> orders = new ArrayList<>();

    private long carriers;
    private long ids;

    public Home(Ground ground, Watcher watcher, Tap tap) {
        this.ground = ground;
        this.watcher = watcher;
        this.tap = tap;
        this.registry = new Registry(ground, this);
        this.backend = new Backend(ground, this);
        for (int i = 0; i < ground.plan().hubs(); i++) {
            hubs.add(new HubHome(i, ground, this));
            orders.add(new Lane(ground));
        }
        for (int i = 0; i < ground.plan().owners(); i++) {
            owners.add(new OwnerHome(i, ground, this));
        }
        for (int i = 0; i < ground.plan().hubs() * ground.plan().owners(); i++) {
            toOwners.add(new Lane(ground));
            toHubs.add(new Lane(ground));
        }
        ground.agenda().in(1_000, this::checkPositions);
    }

    // ---- for clients

    /** Opens a connection to a hub; what is sent on it waits until it is open. */
    public Link connect(ClientEnd client, int hub, long delayMillis) {
        if (ground.has(Fault.POLLING) && ground.dice().chance(50)) {
            ground.counters().count("polling");
            return new PollLink(++carriers, ground, this, hub, client);
        }
        Carrier.Form form = ground.dice().chance(50) ? Carrier.Form.WS_JSON : Carrier.Form.WS_CBOR;
        WsLink link = new WsLink(new Carrier(++carriers, form), ground, client, hubs.get(hub), tap);
        link.open(delayMillis);
        return link;
    }

    /** All that there are. */
    public List<Session> sessions() {
        List<Session> all = new ArrayList<>();
        hubs.forEach(hub -> hub.sessionsTo(all));
        return all;
    }

    public int hubCount() {
        return hubs.size();
    }

    // ---- for the weather

    public void restartHub(int hub) {
        hubs.get(hub).restart();
        for (int owner = 0; owner < owners.size(); owner++) {
            OwnerHome at = owners.get(owner);
            lane(toOwners, owner, hub).send(() -> at.forget(hub));
        }
    }

    public void restartOwner(int owner) {
        owners.get(owner).restart();
    }

    public void restartAll() {
        for (int hub = 0; hub < hubs.size(); hub++) {
            restartHub(hub);
        }
        for (int owner = 0; owner < owners.size(); owner++) {
            restartOwner(owner);
        }
    }

    public int ownerCount() {
        return owners.size();
    }

    public void drain(int hub) {
        hubs.get(hub).drainAll();
    }

    public void kick(int hub) {
        hubs.get(hub).kickOne();
    }

    /** Revokes a token that some session came with, or all of its user: every hub hears of it, each in its time. */
    public void revokeOne() {
        Principal victim = hubs.get(ground.dice().below(hubs.size())).anybody();
        if (victim != null && victim.tokenId() != null) {
            boolean all = victim.user() != null && ground.dice().chance(30);
            Revocation revocation = new Revocation(
                    all ? Revocation.Kind.USER : Revocation.Kind.TOKEN,
                    all ? Objects.requireNonNull(victim.user()) : victim.tokenId(),
                    ground.now(),
                    1_000_000);
            ground.story().tell(() -> "revoked: " + revocation);
            revoked.add(revocation);
            hubs.forEach(hub -> ground.agenda().in(ground.latency(), () -> hub.revoke(revocation)));
        }
    }

    /** A hub that has lost everything is told again what must not be believed. */
    List<Revocation> revoked() {
        return List.copyOf(revoked);
    }

    /** Subscribes a user to a channel, or ends that: every hub hears of it, each in its time. */
    public void assignOne() {
        String user = ground.dice().pick(USERS);
        String channel = ground.dice().pick(ground.plan().channels());
        boolean begins = !assignments.remove(user, channel) && assignments.add(user, channel);
        ground.story().tell(() -> (begins ? "subscribed: " : "unsubscribed: ") + user + " " + channel);
        watcher.assigned(user, channel, begins);
        HubInput.Assign input = new HubInput.Assign(user, channel, begins);
        for (int i = 0; i < hubs.size(); i++) {
            HubHome hub = hubs.get(i);
            int life = hub.life();
            orders.get(i).send(() -> hub.assign(input, life));
        }
    }

    /** A hub that has lost everything is told again who follows what. */
    void assignTo(HubHome hub) {
        for (String user : USERS) {
            for (String channel : assignments.of(user)) {
                hub.assign(new HubInput.Assign(user, channel, true), hub.life());
            }
        }
    }

    public void jumpClock(long millis) {
        owners.forEach(owner -> owner.jump(millis));
    }

    // ---- polls

    /** A poll arrives: at the hub of its session, or of the one that it wants to resume, or of its link. */
    void polled(PollLink link, Poll poll, int attempt) {
        String session = poll.session();
        String wanted = session;
        if (session == null && poll.frames().get(0) instanceof ClientFrame.Connect connect) {
            wanted = connect.resume() == null ? null : connect.resume().session();
        }
        if (wanted != null && registry.moving(wanted)) {
            ground.agenda().in(3, () -> polled(link, poll, attempt));
            return;
        }
        Integer lives = wanted == null ? null : registry.hubOf(wanted);
        Exchange exchange = new Exchange(new Carrier(++carriers, Carrier.Form.POLL), link, ground, poll, attempt);
        if (session != null && lives == null) {
            exchange.reject(ErrorCode.SESSION_GONE);
        } else {
            hubs.get(lives == null ? link.hub() : lives).polled(exchange, session == null ? "" : session, link.turn());
        }
    }

    /** The connection of a poll broke, as the home sees it. */
    void pollGone(PollLink link, long seq, int attempt) {
        hubs.forEach(hub -> hub.pollGone(link, seq, attempt));
    }

    Tap tap() {
        return tap;
    }

    // ---- for the home's own parts

    /** The wall clock as the first owner sees it. */
    long wallMillis() {
        return owners.get(0).wallMillis();
    }

    Watcher watcher() {
        return watcher;
    }

    Backend backend() {
        return backend;
    }

    Registry registry() {
        return registry;
    }

    HubHome hub(int index) {
        return hubs.get(index);
    }

    long freshId() {
        return ++ids;
    }

    void ask(int hub, ChannelRequest request) {
        int owner = ownerOf(request.channel());
        OwnerHome at = owners.get(owner);
        Lane lane = lane(toOwners, owner, hub);
        if (ground.has(Bug.SWAP_REQUESTS) && ground.dice().chance(10)) {
            lane.overtake(() -> at.take(hub, request));
        } else {
            lane.send(() -> at.take(hub, request));
        }
    }

    private int ownerOf(String log) {
        return Math.floorMod(log.hashCode(), owners.size());
    }

    boolean owns(int owner, String log) {
        return ownerOf(log) == owner;
    }

    /** Whether a session of any hub holds a member in a channel, without any doubt. */
    boolean held(String member, String channel) {
        return hubs.stream().anyMatch(hub -> hub.holds(member, channel));
    }

    /** When everything that a hub has asked so far will have reached its owner. */
    long askedUntil(int hub) {
        long latest = 0;
        for (int owner = 0; owner < owners.size(); owner++) {
            latest = Math.max(latest, lane(toOwners, owner, hub).arrivedAt());
        }
        return latest;
    }

    void answer(int owner, int hub, ChannelReply reply) {
        HubHome at = hubs.get(hub);
        int life = at.life();
        lane(toHubs, owner, hub).send(() -> at.answered(reply, life));
    }

    private Lane lane(List<Lane> lanes, int owner, int hub) {
        return lanes.get(owner * hubs.size() + hub);
    }

    /**
     * The bus loses hints, and owners lose the interest of hubs when they restart: so each hub asks now and then where
     * the channels that it follows are. Within {@value} ms every lost push is known.
     */
    private static final int CHECK_MILLIS = 3_000;

    private void check(HubHome hub, String log) {
        if (hub.follows(log)) {
            ask(hub.index(), new ChannelRequest.Attach(log, Tag.HUB, 0, null, 0));
        }
    }

    private void checkPositions() {
        if (!ground.has(Bug.NEVER_REPAIR)) {
            for (HubHome hub : hubs) {
                for (String channel : ground.plan().channels()) {
                    check(hub, channel);
                    check(hub, PresenceName.of(channel));
                }
            }
        }
        ground.agenda().in(CHECK_MILLIS, this::checkPositions);
    }
}
