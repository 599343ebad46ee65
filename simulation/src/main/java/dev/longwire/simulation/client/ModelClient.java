// SPDX-License-Identifier: Apache-2.0
package dev.longwire.simulation.client;

import dev.longwire.protocol.ClientFrame;
import dev.longwire.protocol.ClientFrame.Connect;
import dev.longwire.protocol.ClientFrame.Refresh;
import dev.longwire.protocol.ClientFrame.Request;
import dev.longwire.protocol.ClientFrame.Resume;
import dev.longwire.protocol.ClientFrame.Subscribe;
import dev.longwire.protocol.ClientFrame.Unsubscribe;
import dev.longwire.protocol.CloseCode;
import dev.longwire.protocol.Position;
import dev.longwire.protocol.ServerFrame;
import dev.longwire.protocol.ServerFrame.Connected;
import dev.longwire.protocol.ServerFrame.Message;
import dev.longwire.protocol.ServerFrame.Subscribed;
import dev.longwire.protocol.Want;
import dev.longwire.simulation.ground.Fault;
import dev.longwire.simulation.ground.Ground;
import dev.longwire.simulation.ground.Plan;
import dev.longwire.simulation.home.ClientEnd;
import dev.longwire.simulation.home.Home;
import dev.longwire.simulation.home.Link;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A client as the protocol's text describes it: it comes back when its connection goes, says where it stands, asks again
 * what was not answered, drops what it has seen.
 */
public final class ModelClient implements ClientEnd {

    private static final int HEARTBEAT_MILLIS = 500;
    private static final int PATIENCE_MILLIS = 1_500;

    private final String name;
    private final @Nullable String user;
    private final int home;
    private final Ground ground;
    private final Home doors;
    private final App app;
    private final Company company;
    private final Papers papers;

    private final Map<Long, Asked> asked = new LinkedHashMap<>();

    /** What it wants no answer to any more, and the server gives one to yet: that counts as asked. */
    private final Set<Long> given = new LinkedHashSet<>();

    private final Map<String, Sub> subs = new LinkedHashMap<>();
    private final Map<String, Position> left = new LinkedHashMap<>();
    private @Nullable Link link;
    private @Nullable String session;
    private @Nullable String publicId;
    private boolean connected;
    private boolean pipelining;
    private boolean stopping;
    private long turn;
    private long ids;
    private long since;
    private long lastSent;
    private long lastHeard;
    private long retryAfter;

    public ModelClient(int index, @Nullable String user, Ground ground, Home doors, App app) {
        this.name = "client" + index;
        this.user = user;
        this.home = index % doors.hubCount();
        this.ground = ground;
        this.doors = doors;
        this.app = app;
        this.company = new Company(this, index, ground);
        this.papers = new Papers(name, user, ground);
    }

    public void start() {
        connect();
        ground.agenda().in(HEARTBEAT_MILLIS, this::heartbeat);
        company.start();
    }

    /** Whom it sees, and where it is itself. */
    public Company company() {
        return company;
    }

    /** Its public id, or its user: what names it as a member. */
    public String member() {
        return user == null ? "c:" + publicId : "u:" + user;
    }

    String name() {
        return name;
    }

    @Nullable
    String user() {
        return user;
    }

    /** Who its idempotency keys belong to; an anonymous client is another one with each session. */
    String publisher() {
        return user == null ? name + "/" + session : user;
    }

    public @Nullable Link link() {
        return link;
    }

    public boolean connected() {
        return connected;
    }

    public int unanswered() {
        return asked.size() + given.size();
    }

    /** The channels that it must be getting everything of, once it is connected and at rest. */
    public List<String> channels() {
        return List.copyOf(subs.keySet());
    }

    Map<String, Sub> subs() {
        return subs;
    }

    @Nullable
    Position leftAt(String channel) {
        return left.get(channel);
    }

    long nextId() {
        return ++ids;
    }

    // ---- coming and going

    private void connect() {
        turn++;
        // The server keeps answers for as many requests as a client may have open, and for no more.
        asked.values().removeIf(Asked::tooMany);
        forgetPresence(true);
        given.clear();
        connected = false;
        int hub = ground.has(Fault.ROAM) && ground.dice().chance(50)
                ? ground.dice().below(doors.hubCount())
                : home;
        boolean late =
                ground.has(Fault.LATE_CONNECT) && !stopping && ground.dice().chance(25);
        Link opened = doors.connect(this, hub, late ? ground.dice().between(500, 6_000) : ground.latency());
        link = opened;
        since = ground.now();
        lastHeard = ground.now();
        List<Want> wants = new ArrayList<>();
        for (Sub sub : subs.values()) {
            sub.active = false;
            sub.conflatedTo = 0;
            boolean asks = sub.subscribing != 0
                    || sub.unsubscribing != 0 && ground.dice().chance(50);
            if (!asks) {
                wants.add(new Want(sub.channel, sub.position, 0, false));
            }
        }
        boolean first = session == null && wants.isEmpty() && turn == 1;
        Resume resume = first ? null : new Resume(session, turn, wants, company.resumed());
        asked.values().removeIf(request -> request.frame instanceof Refresh);
        send(new Connect(nextId(), papers.fresh(), name, name + "/" + turn, false, resume));
        pipelining = safeToAskAgain() && ground.dice().chance(50);
        if (pipelining) {
            askAgain();
        }
    }

    /**
     * Before {@code connected} a client may only send what a key makes safe: should it give up on this connection, and
     * its session end, nothing keeps a late copy from running in a session of its own.
     */
    private boolean safeToAskAgain() {
        return asked.values().stream().noneMatch(request -> request.once(user));
    }

    private void askAgain() {
        for (Asked request : List.copyOf(asked.values())) {
            if (!Objects.equals(request.on, link)) {
                send(request);
            }
        }
    }

    private void reconnect(long delayMillis) {
        link = null;
        connected = false;
        long then = turn;
        ground.agenda().in(delayMillis, () -> {
            if (link == null && turn == then) {
                connect();
            }
        });
    }

    /** Gives up on the connection; perhaps without closing it, as a process that loses its network does. */
    void drop() {
        Link old = link;
        if (old != null) {
            if (ground.has(Fault.LATE_CONNECT) && ground.dice().chance(50)) {
                ground.agenda().in(ground.dice().between(10, 4_000), old::leave);
            } else {
                old.leave();
            }
            reconnect(ground.dice().between(1, 400));
        }
    }

    void goodbye() {
        Link old = link;
        if (old != null && connected) {
            ground.counters().count("goodbyes");
            send(new ClientFrame.Disconnect());
            old.leave();
            forgetSession();
            reconnect(ground.dice().between(1, 400));
        }
    }

    /** In another session, or where it may run twice, an old word on where one is must not come after a newer one. */
    private void forgetPresence(boolean impoliteOnly) {
        for (Asked request : List.copyOf(asked.values())) {
            if (request.frame instanceof ClientFrame.Presence presence
                    && presence.action().enters()
                    && request.sent
                    && (request.impolite || !impoliteOnly)) {
                asked.remove(presence.id());
                company.unsure(presence);
                if (Objects.equals(request.on, link)) {
                    given.add(presence.id());
                }
            }
        }
    }

    private void forgetSession() {
        session = null;
        asked.values().removeIf(request -> request.sent && request.once(user));
    }

    /** The storm is over: nothing new is asked. */
    public void calm() {
        stopping = true;
        company.calm();
        papers.calm();
    }

    private void heartbeat() {
        if (papers.overdue()) {
            refresh();
        }
        Link now = link;
        if (now != null) {
            int patience = now.selfChecking() ? 4 * PATIENCE_MILLIS : PATIENCE_MILLIS;
            long silence = ground.now() - lastHeard;
            boolean dead = !now.selfChecking() && silence > Plan.PING_MILLIS + Plan.PONG_MILLIS + HEARTBEAT_MILLIS;
            if (dead || !connected && ground.now() - since > patience) {
                ground.counters().count(connected ? "found dead" : "gave up connecting");
                drop();
            } else if (!now.selfChecking() && ground.now() - lastSent >= Plan.PING_MILLIS) {
                send(new ClientFrame.Ping());
            }
        }
        ground.agenda().in(HEARTBEAT_MILLIS, this::heartbeat);
    }

    @Override
    public void closed(Link from, @Nullable CloseCode code) {
        if (!from.equals(link)) {
            return;
        }
        ground.story().tell(() -> name + " lost " + from + " " + code);
        boolean keeps = code == null || code.reconnect() == CloseCode.Reconnect.SAME || Papers.mend(code);
        if (!keeps) {
            forgetSession();
        }
        long wait = retryAfter;
        retryAfter = 0;
        reconnect(wait + ground.dice().between(1, keeps ? 200 : 600));
    }

    // ---- asking

    /** Shows a fresh token, unless one is on its way. */
    void refresh() {
        boolean underWay = asked.values().stream().anyMatch(request -> request.frame instanceof Refresh);
        if (papers.count() && connected && !underWay) {
            ask(new Refresh(nextId(), Objects.requireNonNull(papers.fresh()), false, false));
        }
    }

    /** Asks, now or when there is a connection again. */
    void ask(Request frame) {
        ask(frame, false);
    }

    /** Asks for more than it may, and so for things that it will not ask for again. */
    void ask(Request frame, boolean impolite) {
        Asked request = new Asked(frame);
        asked.put(frame.id(), request);
        if (impolite || unanswered() > ground.plan().limits().requests()) {
            asked.values().forEach(each -> each.impolite = true);
        }
        pipelining &= connected || !request.once(user);
        if (link != null && (connected || pipelining)) {
            send(request);
        }
    }

    private void send(Asked request) {
        boolean again = request.sent;
        request.sent = true;
        request.on = link;
        if (again) {
            ground.counters().count("retries");
        }
        send(again ? Retry.of(request.frame) : request.frame);
    }

    private void send(ClientFrame frame) {
        lastSent = ground.now();
        Objects.requireNonNull(link).send(frame);
    }

    // ---- hearing

    @Override
    public void came(Link from, ServerFrame frame) {
        if (!from.equals(link)) {
            return;
        }
        lastHeard = ground.now();
        ground.story().tell(() -> name + " <- " + from + " " + frame);
        switch (frame) {
            case Connected first -> connected(first);
            case Subscribed subscribed -> subscribed(subscribed);
            case ServerFrame.Unsubscribed unsubscribed -> unsubscribed(unsubscribed);
            case Message message -> message(message);
            case ServerFrame.Gap gap -> gap(gap);
            case ServerFrame.EpochChanged change -> move(change.channel(), change.now());
            case ServerFrame.Error error -> refused(error);
            case ServerFrame.Disconnect goodbye -> retryAfter = goodbye.retryAfterMillis();
            case ServerFrame.Refreshed wanted when wanted.id() == 0 -> papers.prompted(this);
            case ServerFrame.Attended attended -> {
                answered(attended.id());
                company.attended(attended);
            }
            case ServerFrame.Reply reply -> answered(reply.id());
            case ServerFrame.Observed observed -> company.observed(observed);
            case ServerFrame.Dropped dropped -> {}
            case ServerFrame.Pong pong -> {}
        }
    }

    private void answered(long id) {
        asked.remove(id);
        given.remove(id);
        company.answered(id);
    }

    private void connected(Connected frame) {
        connected = true;
        boolean anew = !frame.session().equals(session);
        if (anew) {
            forgetSession();
        }
        session = frame.session();
        publicId = frame.client();
        if (anew) {
            forgetPresence(false);
        }
        company.connected(anew);
        askAgain();
    }

    private void subscribed(Subscribed frame) {
        Sub sub = subs.get(frame.channel());
        if (sub == null && frame.id() == 0 && ground.has(Fault.ASSIGN)) {
            // The application has subscribed it.
            sub = new Sub(frame.channel());
            subs.put(frame.channel(), sub);
        }
        if (frame.id() != 0) {
            asked.remove(frame.id());
        }
        if (sub == null) {
            return;
        }
        if (frame.id() != 0) {
            sub.subscribing = 0;
        }
        sub.active = true;
        sub.conflatedTo = 0;
        sub.position = new Position(frame.head().epoch(), frame.head().offset() - frame.replay());
    }

    private void unsubscribed(ServerFrame.Unsubscribed frame) {
        asked.remove(frame.id());
        remove(frame.channel());
    }

    private void remove(String channel) {
        Sub sub = subs.remove(channel);
        if (sub != null && sub.position != null) {
            left.put(channel, sub.position);
        }
    }

    private void message(Message message) {
        Sub sub = subs.get(message.channel());
        if (sub == null || !sub.active || sub.position == null) {
            return;
        }
        long at = sub.position.offset();
        if (message.offset() <= at) {
            ground.counters().count("dropped as seen");
        } else if (message.offset() == at + 1 || message.offset() <= sub.conflatedTo + 1) {
            sub.position = new Position(sub.position.epoch(), message.offset());
            hand(sub, sub.position);
        } else {
            ground.counters().count("holes seen");
            drop();
        }
    }

    private void hand(Sub sub, Position position) {
        app.handed(name, sub.channel, position);
    }

    private void gap(ServerFrame.Gap gap) {
        Sub sub = subs.get(gap.channel());
        if (sub == null || sub.position == null) {
            return;
        }
        if (gap.cause() == ServerFrame.Gap.Cause.CONFLATED) {
            sub.conflatedTo = gap.to();
        } else {
            move(gap.channel(), new Position(gap.epoch(), gap.to()));
        }
    }

    private void move(String channel, Position position) {
        Sub sub = subs.get(channel);
        if (sub != null) {
            sub.position = position;
            sub.conflatedTo = 0;
        }
    }

    private void refused(ServerFrame.Error error) {
        given.remove(error.id());
        Asked request = asked.remove(error.id());
        if (request == null) {
            return;
        }
        company.answered(error.id());
        if (request.frame instanceof ClientFrame.Presence presence) {
            company.refused(presence);
        } else if (request.frame instanceof Subscribe subscribe) {
            subs.remove(subscribe.want().channel());
        } else if (request.frame instanceof Unsubscribe unsubscribe) {
            Sub sub = subs.get(unsubscribe.channel());
            if (sub != null && sub.active) {
                sub.unsubscribing = 0;
            } else {
                remove(unsubscribe.channel());
            }
        }
    }

    @Override
    public String toString() {
        return name;
    }

    void forging(Want want) {
        app.forged(name, want);
    }
}
