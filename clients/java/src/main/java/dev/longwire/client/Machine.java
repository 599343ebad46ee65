// SPDX-License-Identifier: Apache-2.0
package dev.longwire.client;

import dev.longwire.client.json.JsonObject;
import dev.longwire.client.json.JsonReader;
import dev.longwire.client.json.JsonWriter;
import dev.longwire.client.transport.Transport;
import java.util.concurrent.CompletableFuture;
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

    private final Settings settings;
    private final Executor lane;
    private final Executor callbacks;
    private final Requests requests;
    private final Feeds feeds = new Feeds(this);
    private final Routes routes;
    private final Tokens tokens;
    private final Backoff backoff;
    private final Alarm alarm = new Alarm(this::post, this::tick);
    private final CompletableFuture<@Nullable Void> ready = new CompletableFuture<>();
    private final CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
    /** Set on the lane of callbacks by those who eat, asked on the lane by those who read. */
    private final Backlog backlog = new Backlog(() -> post(this::readOn));

    private volatile State state = State.IDLE;
    private volatile @Nullable Via via;
    private @Nullable Link link;
    private @Nullable Probe probe;
    private long openAt = Alarm.NEVER;
    private long attempts;

    private @Nullable String session;
    private @Nullable String user;
    private @Nullable String token;
    private volatile @Nullable String client;
    private String nonce = Names.random();
    private long turn;
    private long connectId;
    private long connectedAt;
    private long dedupeMillis;
    /** What the server said before it closed, if anything, and whether it wants us back. */
    private @Nullable LongwireException lastWord;

    private boolean wanted = true;

    Machine(Settings settings, Executor lane, Executor callbacks) {
        this.settings = settings;
        this.lane = lane;
        this.callbacks = callbacks;
        this.requests = new Requests(settings.window(), settings.impatient());
        this.routes = new Routes(settings.carriers().routes(), settings.probeMillis());
        this.tokens = new Tokens(settings, this::post);
        this.backoff = new Backoff(settings.firstBackoffMillis(), settings.mostBackoffMillis());
    }

    State state() {
        return state;
    }

    @Nullable
    String client() {
        return client;
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
            if (state == State.IDLE) {
                open();
            }
        });
    }

    /** The application's wish. */
    void close() {
        post(() -> {
            if (state == State.CLOSED) {
                return;
            }
            Link last = state == State.CONNECTED ? link : null;
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
            if (state == State.CLOSED) {
                feeds.refuse(feed, Faults.closedClient());
            } else {
                feeds.add(feed);
            }
        });
    }

    void unsubscribe(Feed feed) {
        post(() -> feeds.remove(feed));
    }

    void send(Request request) {
        post(() -> {
            if (state == State.CLOSED) {
                request.fail(Faults.closedClient());
            } else {
                request(request);
            }
        });
    }

    @Override
    public boolean connected() {
        return state == State.CONNECTED;
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
    public void opened(Link by) {
        connectId = requests.nextId();
        JsonWriter hello = new JsonWriter()
                .text("type", "connect")
                .number("id", connectId)
                .textIfAny("token", token)
                .text("agent", settings.agent())
                .text("nonce", nonce)
                .flagIfSet("batch", true);
        if (session != null) {
            hello.open("resume").text("session", session).number("turn", ++turn);
            feeds.resume(hello);
            hello.close();
        }
        by.send(hello.end());
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
        switch (frame.needText("type")) {
            case "message" -> feeds.message(frame, text.length());
            case "reset" -> feeds.reset(frame);
            case "disconnect" -> {
                lastWord = Faults.goodbye(frame);
                wanted = !"false".equals(frame.raw("reconnect"));
            }
            case "connected" -> attached(from, frame);
            case "error" -> {
                if (id == 0 || id == connectId) {
                    lastWord = Faults.error(frame);
                    refused(from, id);
                } else {
                    requests.answered(id, frame);
                }
            }
            case "subscribed" -> {
                if (id == 0) {
                    feeds.subscribed(frame);
                } else {
                    requests.answered(id, frame);
                }
            }
            case "unsubscribed" -> {
                if (id == 0) {
                    feeds.unsubscribed(frame);
                } else {
                    requests.answered(id, frame);
                }
            }
            case "refresh" -> {
                if (id == 0) {
                    tokens.wanted();
                } else {
                    requests.answered(id, frame);
                }
            }
            // Answers; or a pong, or something that a later server says and this client does not know.
            default -> requests.answered(id, frame);
        }
    }

    /** A refused connect ends the attempt, whether or not the server closes; other words without a number do not. */
    private void refused(Link by, long id) {
        LongwireException word = lastWord;
        if (id == connectId && state == State.CONNECTING && word != null) {
            by.drop();
            routes.ended();
            lost(word, Faults.adviceOnWord(word.code()));
        }
    }

    private void attached(Link to, JsonObject frame) {
        if (state != State.CONNECTING) {
            return;
        }
        boolean resumed = session != null && frame.flag("resumed");
        String who = frame.text("user");
        boolean sameUser = who != null && who.equals(user);
        session = frame.needText("session");
        client = frame.text("client");
        user = who;
        turn = frame.number("turn", turn);
        nonce = Names.random();
        lastWord = null;
        connectedAt = Alarm.nowMillis();
        via = routes.via();
        routes.connected(connectedAt);
        to.attached(Math.max(1, frame.number("ping", 25_000)));
        enter(State.CONNECTED, null, 0);
        requests.attached(to, resumed ? Alarm.NEVER : sameUser ? dedupeMillis : 0);
        dedupeMillis = frame.number("dedupe", 0);
        feeds.attached();
        tokens.endsAt(frame.number("expires", 0));
        callback(() -> ready.complete(null));
    }

    @Override
    public void closed(Link by, int code) {
        if (by != link) {
            return;
        }
        LongwireException word = lastWord;
        Faults.Advice advice = wanted ? Faults.advice(code) : Faults.Advice.STOP;
        if (tokens.helps(word == null ? code : word.code())) {
            advice = Faults.Advice.SAME;
        }
        if (word != null || code >= 4000) {
            routes.ended();
        } else if ((advice == Faults.Advice.SAME || code == 1002) && routes.failed(Alarm.nowMillis())) {
            detour();
            return;
        }
        lost(word == null ? Faults.closed(code) : word, advice);
    }

    @Override
    public void failed(Link by, Transport.Failure failure) {
        if (by != link) {
            return;
        }
        LongwireException word = lastWord;
        if (word != null) {
            // What just broke after a word of the server's broke for the reason it gave.
            routes.ended();
            boolean back = tokens.helps(word.code());
            Faults.Advice said = wanted ? Faults.adviceOnWord(word.code()) : Faults.Advice.STOP;
            lost(word, back ? Faults.Advice.SAME : said);
        } else if (routes.failed(Alarm.nowMillis())) {
            detour();
        } else {
            // Once it has worked, a refusal is an outage of something on the way.
            Faults.Advice advice = ready.isDone() ? Faults.Advice.SAME : Faults.adviceOnStatus(failure.status());
            lost(Faults.failed(failure), advice);
        }
    }

    /** There is another way, which has not just failed: taken at once. */
    private void detour() {
        if (state == State.CLOSED) {
            gone();
            return;
        }
        requests.detached();
        feeds.detached();
        open();
    }

    private void probed(boolean works) {
        probe = null;
        if (state == State.CONNECTED && link != null && routes.probed(works, Alarm.nowMillis())) {
            link.drop();
            detour();
        }
    }

    private void lost(LongwireException cause, Faults.Advice advice) {
        link = null;
        if (state == State.CLOSED) {
            gone();
            return;
        }
        if (advice == Faults.Advice.STOP) {
            stop(cause);
            gone();
            return;
        }
        if (advice == Faults.Advice.FRESH) {
            session = null;
            turn = 0;
        }
        tokens.detached();
        requests.detached();
        feeds.detached();
        long nowMillis = Alarm.nowMillis();
        if (state == State.CONNECTED && nowMillis - connectedAt >= STEADY_MILLIS) {
            backoff.reset();
        }
        long delayMillis = backoff.nextMillis(cause.retryAfterMillis());
        openAt = nowMillis + delayMillis;
        enter(State.RECONNECTING, cause, delayMillis);
    }

    private void open() {
        openAt = Alarm.NEVER;
        lastWord = null;
        wanted = true;
        enter(State.CONNECTING, null, 0);
        long attempt = ++attempts;
        tokens.fetch((found, failure) -> {
            if (attempt != attempts || state != State.CONNECTING) {
                return;
            }
            if (failure == null) {
                token = found;
                openLink();
            } else {
                lost(Faults.tokenFailed(failure), Faults.Advice.SAME);
            }
        });
    }

    private void openLink() {
        link = new Link(
                this::post,
                this,
                settings.carriers().make(routes.via()),
                settings.carriers().timeout().toMillis());
        link.open();
    }

    /** Over for good: whoever waits for something is told. */
    private void stop(@Nullable LongwireException cause) {
        openAt = Alarm.NEVER;
        routes.ended();
        if (probe != null) {
            probe.stop();
            probe = null;
        }
        enter(State.CLOSED, cause, 0);
        LongwireException why = cause == null ? Faults.closedClient() : cause;
        requests.failAll(why);
        feeds.failAll(cause);
        callback(() -> ready.completeExceptionally(why));
    }

    private void gone() {
        if (link != null) {
            link.drop();
            link = null;
        }
        callback(() -> done.complete(null));
    }

    private void enter(State next, @Nullable LongwireException cause, long delayMillis) {
        if (state != next) {
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
        tokens.tick(nowMillis, this::refresh);
        if (nowMillis >= routes.probeAt()) {
            routes.probing();
            probe = new Probe(this::post, settings.carriers().make(Via.WEBSOCKET), this::probed);
            probe.start();
        }
    }

    /** The next token is here, or there is none. */
    private void refresh(@Nullable String found) {
        if (state != State.CONNECTED) {
            return;
        }
        if (found == null) {
            tokens.later();
            return;
        }
        request(new Request(
                "refresh",
                new JsonWriter().text("token", found),
                Request.Fate.DROPPED,
                answer -> tokens.endsAt(answer.number("expires", 0)),
                refused -> tokens.later()));
    }

    private void settle() {
        if (link != null && state == State.CONNECTED) {
            requests.flush(link);
        }
        long linkAt = link == null ? Alarm.NEVER : link.wakeAt();
        long asked = Math.min(feeds.wakeAt(), requests.wakeAt(Alarm.nowMillis()));
        long others = Math.min(tokens.wakeAt(), Math.min(openAt, routes.probeAt()));
        alarm.set(Math.min(others, Math.min(linkAt, asked)));
    }
}
