// SPDX-License-Identifier: Apache-2.0
package dev.longwire.client;

import dev.longwire.client.json.JsonObject;
import dev.longwire.client.json.JsonReader;
import dev.longwire.client.json.JsonWriter;
import dev.longwire.client.transport.Transport;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The session: its states, and how it gets and loses connections. Everything here runs on one lane, one task at a time;
 * after each task it sends what can be sent and sets its alarm.
 */
final class Machine implements Link.Owner, Feeds.Host {
    /** 32 levels, and the array around a batch. */
    private static final int MAX_DEPTH = 33;
    /** A connection that held for so long was no flicker: the next delay is a first one again. */
    private static final long STEADY_MILLIS = 10_000;

    private enum Phase {
        IDLE,
        /** An attempt is under way: a token is fetched, a connection opened, the session attached to it. */
        OPENING,
        ATTACHED,
        /** The next attempt comes when it is time. */
        WAITING,
        CLOSED
    }

    private final Settings settings;
    private final Executor lane;
    private final Executor callbacks;
    private final Requests requests;
    private final Feeds feeds = new Feeds(this);
    private final Map<String, Presence> presences = new ConcurrentHashMap<>();
    private final Identity identity;
    private final AddedTokens added = new AddedTokens();
    private final Routes routes;
    private final Tokens tokens;
    private final Backoff backoff;
    private final Alarm alarm = new Alarm(this::post, this::tick);
    private final CompletableFuture<@Nullable Void> ready = new CompletableFuture<>();
    private final CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
    /** Set on the lane of callbacks by those who eat, asked on the lane by those who read. */
    private final Backlog backlog = new Backlog(() -> post(this::readOn));

    private Phase phase = Phase.IDLE;
    private volatile State state = State.IDLE;
    private volatile @Nullable Via via;
    private @Nullable Link link;
    private @Nullable Probe probe;
    private long openAt = Alarm.NEVER;
    private long attempts;
    private long attemptEndsAt = Alarm.NEVER;
    private long connectId;
    private long connectedAt;
    /** What the server said before it closed, if anything. */
    private @Nullable LongwireException lastWord;

    Machine(Settings settings, Executor lane, Executor callbacks) {
        this.settings = settings;
        this.lane = lane;
        this.callbacks = callbacks;
        this.identity = new Identity(settings.agent());
        this.requests = new Requests(settings.window(), settings.impatient());
        this.routes = new Routes(settings.carriers().routes(), settings.delays().probeMillis());
        this.tokens = new Tokens(settings, this::post);
        this.backoff =
                new Backoff(settings.delays().firstMillis(), settings.delays().mostMillis());
    }

    State state() {
        return state;
    }

    Identity identity() {
        return identity;
    }

    @Nullable
    Via via() {
        return via;
    }

    /** Completes when the session has its first connection. */
    CompletableFuture<@Nullable Void> ready() {
        return ready;
    }

    /** Completes when everything is over and the connection is gone. */
    CompletableFuture<@Nullable Void> done() {
        return done;
    }

    Backlog backlog() {
        return backlog;
    }

    /** Runs a task on the lane, then whatever follows from it. */
    void post(Runnable task) {
        lane.execute(() -> {
            try {
                task.run();
            } finally {
                settle();
            }
        });
    }

    void start() {
        post(() -> {
            if (phase == Phase.IDLE) {
                open();
            }
        });
    }

    /** The application's wish. */
    void close() {
        post(() -> {
            if (phase == Phase.CLOSED) {
                return;
            }
            Link last = connected() ? link : null;
            stop(null);
            if (last == null) {
                gone();
            } else {
                last.goodbye();
            }
        });
    }

    void subscribe(Feed feed) {
        post(() -> {
            if (phase == Phase.CLOSED) {
                feeds.refuse(feed, Faults.closedClient());
            } else {
                feeds.add(feed);
            }
        });
    }

    AddedTokens added() {
        return added;
    }

    Presence presence(String channel, Client of) {
        return presences.computeIfAbsent(channel, name -> new Presence(name, of, this));
    }

    void unsubscribe(Feed feed) {
        post(() -> feeds.remove(feed));
    }

    void send(Request request) {
        post(() -> {
            if (phase == Phase.CLOSED) {
                request.fail(Faults.closedClient());
            } else {
                request(request);
            }
        });
    }

    @Override
    public boolean connected() {
        return phase == Phase.ATTACHED;
    }

    @Override
    public void request(Request request) {
        requests.add(request);
    }

    @Override
    public void callback(Runnable task) {
        callbacks.execute(task);
    }

    @Override
    public void distrust(String why) {
        if (link != null) {
            link.drop();
            lost(Faults.lost(why), Faults.Advice.SAME);
        }
    }

    @Override
    public boolean full() {
        return backlog.full();
    }

    @Override
    public void received(Link from, String text) {
        try {
            if (text.startsWith("[")) {
                for (String frame : JsonReader.elements(text, MAX_DEPTH)) {
                    frame(from, frame);
                }
            } else {
                frame(from, text);
            }
        } catch (IllegalArgumentException notOurs) {
            distrust("the server sent something that is no frame: " + notOurs.getMessage());
        }
    }

    private void frame(Link from, String text) {
        if (from != link) {
            return;
        }
        JsonObject frame = JsonObject.parse(text, MAX_DEPTH);
        long id = frame.number("id", 0);
        String type = frame.needText("type");
        if (id != 0 && !type.equals("connected") && !type.equals("error")) {
            requests.answered(id, frame);
            return;
        }
        switch (type) {
            case "message" -> feeds.message(frame, text.length());
            case "reset" -> feeds.reset(frame);
            case "disconnect" -> {
                lastWord = Faults.goodbye(frame);
                from.ends();
            }
            case "connected" -> attached(from, frame);
            case "error" -> error(from, id, frame);
            case "subscribed" -> feeds.subscribed(frame);
            case "unsubscribed" -> feeds.unsubscribed(frame);
            case "refresh" -> tokens.wanted();
            case "presence" -> {
                Presence presence = presences.get(frame.needText("channel"));
                if (presence != null) {
                    presence.frame(frame);
                }
            }
            // A pong, or something that a later server says and this client does not know.
            default -> {}
        }
    }

    private void error(Link by, long id, JsonObject frame) {
        LongwireException word = Faults.error(frame);
        if (id == connectId && phase == Phase.OPENING) {
            // That ends the attempt, whether or not the server closes.
            by.drop();
            explained(word);
        } else if (id != 0) {
            requests.answered(id, frame);
        } else {
            lastWord = Faults.precedesAClose(word.code()) ? word : lastWord;
            feeds.refused(word);
        }
    }

    private void attached(Link to, JsonObject frame) {
        if (phase != Phase.OPENING || frame.number("id", 0) != connectId) {
            return;
        }
        Identity.Welcome welcome = identity.welcome(frame);
        lastWord = null;
        connectedAt = Alarm.nowMillis();
        via = routes.via();
        routes.connected(connectedAt);
        to.attached(Math.max(1, frame.number("ping", 25_000)));
        phase = Phase.ATTACHED;
        enter(State.CONNECTED, null, 0);
        requests.attached(to, welcome.resumed(), welcome.keysKnownMillis());
        if (welcome.resumed() || added.isEmpty()) {
            restate(welcome.resumed());
        } else {
            feeds.hold();
            added.again(this::request, () -> restate(false));
        }
        callback(() -> ready.complete(null));
    }

    /** The session may do what it may: it is told what is wanted of it. */
    private void restate(boolean resumed) {
        feeds.attached();
        presences.values().forEach(presence -> presence.attached(resumed));
    }

    @Override
    public void opened(Link by) {
        connectId = requests.nextId();
        by.send(identity.hello(connectId, tokens.current(), feeds::resume));
    }

    @Override
    public void closed(Link by, int code) {
        if (by != link) {
            return;
        }
        LongwireException word = lastWord == null ? Faults.closed(code) : lastWord;
        if (lastWord != null || code >= 4000) {
            explained(word);
            return;
        }
        // Broken frames are the way's fault where there is another way.
        Faults.Advice advice = code == 1002 && routes.hasOthers() ? Faults.Advice.SAME : Faults.advice(code);
        if (advice == Faults.Advice.SAME && routes.failed(Alarm.nowMillis())) {
            detour(word);
        } else {
            lost(word, advice);
        }
    }

    @Override
    public void failed(Link by, Transport.Failure failure) {
        if (by != link) {
            return;
        }
        LongwireException cause = Faults.failed(failure);
        if (lastWord != null) {
            // What just broke after a word of the server's broke for the reason it gave.
            explained(lastWord);
        } else if (routes.failed(Alarm.nowMillis())) {
            detour(cause);
        } else {
            // Once it has worked, a refusal is an outage of something on the way.
            lost(cause, ready.isDone() ? Faults.Advice.SAME : Faults.adviceOnStatus(failure.status()));
        }
    }

    /** The connection is gone, and the server has said why: that is not the way's fault. */
    private void explained(LongwireException word) {
        routes.ended(Alarm.nowMillis());
        lost(word, tokens.helps(word.code()) ? Faults.Advice.SAME : Faults.adviceOnWord(word.code()));
    }

    /** There is another way, which has not just failed: taken at once, unless the server has asked for time. */
    private void detour(LongwireException cause) {
        if (phase == Phase.CLOSED) {
            gone();
            return;
        }
        detached();
        if (cause.retryAfterMillis() > 0) {
            away(cause, cause.retryAfterMillis());
            return;
        }
        if (state == State.CONNECTED) {
            enter(State.RECONNECTING, cause, 0);
        }
        open();
    }

    /** To the application the connection holds meanwhile. */
    private void probed(boolean works) {
        probe = null;
        if (connected() && link != null && routes.probed(works, Alarm.nowMillis())) {
            link.drop();
            detached();
            open();
        }
    }

    private void detached() {
        tokens.detached();
        requests.detached();
        feeds.detached();
    }

    private void lost(LongwireException cause, Faults.Advice advice) {
        link = null;
        if (phase == Phase.CLOSED) {
            gone();
            return;
        }
        if (advice == Faults.Advice.STOP) {
            stop(cause);
            gone();
            return;
        }
        if (advice == Faults.Advice.FRESH) {
            identity.forget();
        }
        detached();
        if (connected() && Alarm.nowMillis() - connectedAt >= STEADY_MILLIS) {
            backoff.reset();
        }
        away(cause, backoff.nextMillis(cause.retryAfterMillis()));
    }

    private void away(LongwireException cause, long delayMillis) {
        phase = Phase.WAITING;
        openAt = Alarm.nowMillis() + delayMillis;
        enter(state == State.CONNECTING ? State.CONNECTING : State.RECONNECTING, cause, delayMillis);
    }

    private void open() {
        openAt = Alarm.NEVER;
        attemptEndsAt = Alarm.nowMillis() + settings.carriers().timeout().toMillis();
        lastWord = null;
        phase = Phase.OPENING;
        if (state == State.IDLE) {
            enter(State.CONNECTING, null, 0);
        }
        long attempt = ++attempts;
        tokens.fetch(failure -> {
            if (attempt != attempts || phase != Phase.OPENING) {
                return;
            }
            if (failure == null) {
                link = new Link(
                        this::post, this, settings.carriers().make(routes.via(), identity.isFresh()), attemptEndsAt);
                link.open();
            } else {
                lost(Faults.tokenFailed(failure), Faults.Advice.SAME);
            }
        });
    }

    /** Over for good: whoever waits for something is told. */
    private void stop(@Nullable LongwireException cause) {
        openAt = Alarm.NEVER;
        routes.ended(Alarm.nowMillis());
        if (probe != null) {
            probe.stop();
            probe = null;
        }
        phase = Phase.CLOSED;
        enter(State.CLOSED, cause, 0);
        LongwireException why = cause == null ? Faults.closedClient() : cause;
        requests.failAll(why);
        feeds.failAll(cause);
        presences.values().forEach(presence -> presence.closed(why));
        callback(() -> ready.completeExceptionally(why));
    }

    private void gone() {
        if (link != null) {
            link.drop();
            link = null;
        }
        callback(() -> done.complete(null));
    }

    /** The application hears of another state, and of every attempt that failed. */
    private void enter(State next, @Nullable LongwireException cause, long delayMillis) {
        if (state != next || cause != null) {
            state = next;
            StateChange change = new StateChange(next, cause, delayMillis);
            callback(() -> settings.listener().accept(change));
        }
    }

    private void readOn() {
        if (link != null) {
            link.readOn();
        }
    }

    private void tick() {
        long nowMillis = Alarm.nowMillis();
        if (nowMillis >= openAt) {
            open();
        }
        if (link != null) {
            link.tick(nowMillis);
        }
        feeds.tick(nowMillis);
        requests.tick(nowMillis);
        tokens.tick(nowMillis, this::refresh);
        if (nowMillis >= routes.probeAt()) {
            routes.probing();
            probe = new Probe(this::post, settings.carriers().make(Via.WEBSOCKET, true), this::probed);
            probe.start();
        }
    }

    /** The next token is here, or there is none. */
    private void refresh(@Nullable String found) {
        if (!connected()) {
            return;
        }
        if (found == null) {
            tokens.later();
            return;
        }
        JsonWriter fields = new JsonWriter().text("token", found);
        request(Request.attached("refresh", fields, answer -> {}, refused -> tokens.later()));
    }

    private void settle() {
        if (link != null && connected()) {
            requests.flush(link);
        }
        long asked = Math.min(feeds.wakeAt(), requests.wakeAt(Alarm.nowMillis()));
        long others = Math.min(tokens.wakeAt(), Math.min(openAt, routes.probeAt()));
        alarm.set(Math.min(Math.min(others, asked), link == null ? Alarm.NEVER : link.wakeAt()));
    }
}
