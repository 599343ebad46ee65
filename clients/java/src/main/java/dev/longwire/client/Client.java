// SPDX-License-Identifier: Apache-2.0
package dev.longwire.client;

import dev.longwire.client.json.JsonObject;
import dev.longwire.client.json.JsonWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A session with a Longwire server that survives its connections.
 *
 * <pre>{@code
 * try (Client client = Client.builder("ws://127.0.0.1:8000/v1/ws").build()) {
 *     client.connect();
 *     Channel chat = client.channel("chat:1");
 *     chat.subscribe(message -> System.out.println(message.payload()));
 *     chat.publish("{\"text\":\"hello\"}").join();
 * }
 * }</pre>
 *
 * <p><b>States</b> are those of {@link State}. A lost connection is followed by another one after a delay (exponential,
 * full jitter; longer when the server says so), in the same session where the server still has it. Subscriptions go on
 * after the last message; what was missed comes first, or a {@link Reset} says that it can't. Requests that had no answer
 * are sent again and run once. Only {@link #close}, a close code that asks the application to act (bad token, kicked), a
 * broken rule of the protocol, or a first handshake that HTTP refused with 4xx end a client.
 *
 * <p><b>Limits.</b> At most {@link Builder#window} requests are on their way at a time, the rest waits here; at most
 * {@link Builder#outbox} wait and are on their way together, beyond which {@code publish} fails with {@code outbox_full}:
 * wait for {@link #room()}. At most 1,024 events or about 2 MiB wait for the application, then the client stops reading.
 *
 * <p><b>Threads.</b> Everything may be called from any thread, and nothing blocks, except {@link #close}. A client has no
 * thread of its own: all clients share a few, so thousands can live in one process. Listeners are called one at a time per
 * client, futures complete on any of the executor's threads ({@link Builder#callbacks}, the common pool unless chosen
 * otherwise); neither may block for long unless the executor has threads to spare, as one of virtual threads has.
 */
public final class Client implements AutoCloseable {
    private static final Request.What CALL = new Request.What("call", Request.Kind.CALL);
    private static final Request.What REFRESH = new Request.What("refresh", Request.Kind.READ);
    private static final int TOO_LARGE = 108;
    /** What stands in a frame beside the fields of the request: type, id, retry, brackets. */
    private static final int FRAME_BYTES = 80;
    /** How long {@link #close} waits for the goodbye to be answered. */
    private static final long CLOSE_MILLIS = 5_000;

    private final Settings settings;
    private final Machine machine;
    private final Room room;
    private final Lane deliveries;
    private final String keyPrefix = Names.random();
    private final AtomicLong keys = new AtomicLong();

    private Client(Settings settings) {
        this.settings = settings;
        this.room = new Room(settings.outboxRequests(), settings.outboxBytes());
        this.deliveries = new Lane(settings.callbacks());
        this.machine = new Machine(settings, new Lane(Shared.POOL), deliveries);
    }

    /**
     * A client to be.
     *
     * @param url the server's address, {@code https://example.com} or with a path before {@code /v1/ws}; {@code ws} and
     *     {@code wss} mean the same
     * @throws IllegalArgumentException when it is no such address
     */
    public static Builder builder(String url) {
        return new Builder(Carriers.endpoint(url));
    }

    /** Begins to connect, once; later calls change nothing. Completes with the first connection, or fails if there is none to be had. */
    public CompletableFuture<@Nullable Void> connect() {
        machine.start();
        return machine.ready().copy();
    }

    /** Where the client stands now. */
    public State state() {
        return machine.state();
    }

    /** The public id of the session, as others see it in messages; null before the first connection. */
    public @Nullable String id() {
        return machine.identity().client();
    }

    /** How the client is connected, or was the last time; null before the first connection. */
    public @Nullable Via transport() {
        return machine.via();
    }

    /**
     * A channel.
     *
     * @throws IllegalArgumentException when no channel can have this name
     */
    public Channel channel(String name) {
        return new Channel(Names.channel(name), this);
    }

    /** Completes when the outbox has room for another request: at once if it has some now. */
    public CompletableFuture<@Nullable Void> room() {
        return room.free(machine.state() == State.CLOSED);
    }

    /**
     * Says goodbye, which ends the session at the server, and begins to let go of everything. Requests without an answer
     * fail with {@code closed}.
     *
     * @return completes when the connection is gone
     */
    public CompletableFuture<@Nullable Void> closeAsync() {
        machine.close();
        return machine.done().copy();
    }

    /** As {@link #closeAsync}, and waits for it, at most 5 seconds. */
    @Override
    public void close() {
        closeAsync()
                .completeOnTimeout(null, CLOSE_MILLIS, TimeUnit.MILLISECONDS)
                .join();
    }

    /** Who the server takes this client for; null when that is nobody known, or before the first connection. */
    public @Nullable String user() {
        return machine.identity().user();
    }

    /**
     * Asks the application's backend, by way of the server. A call runs once: where that can't be known it fails with
     * {@code outcome_unknown}.
     *
     * @param method up to 128 characters, as the backend has it
     * @param data what the backend gets, or null
     * @return what it answers; JSON's null if that is nothing
     */
    public CompletableFuture<Payload> call(String method, @Nullable Payload data) {
        JsonWriter fields = new JsonWriter().text("method", method);
        if (data != null) {
            data.write(fields);
        }
        return request(CALL, fields, frame -> Objects.requireNonNullElse(Payload.read(frame), Payload.NULL));
    }

    /**
     * Adds what a token allows to what this session may do, until that token ends: the right to one channel, say. A new
     * session is shown it again by itself, before its subscriptions and its presence.
     *
     * @return completes with when the token ends, in ms since 1970 (0: never), once its rights count; fails with
     *     {@code unauthorized}, or {@code too_many_tokens} beyond 16
     */
    public CompletableFuture<Long> addToken(String newToken) {
        return request(REFRESH, AddedTokens.fields(newToken), frame -> {
            machine.added().taken(newToken);
            return frame.number("expires", 0);
        });
    }

    Pages pages(
            Flow.Subscriber<? super Message> subscriber,
            History.Range range,
            Function<History.Range, CompletableFuture<History>> ask) {
        return new Pages(deliveries, subscriber, range, ask);
    }

    String nextKey() {
        return keyPrefix + Long.toString(keys.incrementAndGet(), Character.MAX_RADIX);
    }

    Subscription subscribe(String channel, Start start, Flow.Subscriber<? super ChannelEvent> subscriber) {
        Feed feed = new Feed(channel, start);
        feed.bind(new Outlet(deliveries, subscriber, machine.backlog(), () -> machine.unsubscribe(feed)));
        feed.outlet().start();
        machine.subscribe(feed);
        return new Subscription(machine, feed);
    }

    /** Sends a request that is said again until it has an answer, or its time is up. */
    <T extends @Nullable Object> CompletableFuture<T> request(
            Request.What what, JsonWriter fields, Function<JsonObject, T> read) {
        long bytes = utf8Length(fields.fields()) + FRAME_BYTES;
        if (bytes > settings.messageBytes()) {
            return CompletableFuture.failedFuture(
                    new LongwireException(TOO_LARGE, "too_large", "The frame is longer than a message may be."));
        }
        if (!room.take(bytes)) {
            return CompletableFuture.failedFuture(
                    new LongwireException(0, LongwireException.OUTBOX_FULL, "Too many requests wait."));
        }
        CompletableFuture<T> future = new CompletableFuture<>();
        long limit = settings.requestMillis();
        machine.send(new Request(
                what,
                fields,
                limit == 0 ? Alarm.NEVER : Alarm.nowMillis() + limit,
                frame -> answered(frame, read, bytes, future),
                cause -> settled(bytes, () -> future.completeExceptionally(cause))));
        return future;
    }

    /** Reads an answer on the lane, where nothing else moves. */
    private <T extends @Nullable Object> void answered(
            JsonObject frame, Function<JsonObject, T> read, long bytes, CompletableFuture<T> future) {
        try {
            T value = read.apply(frame);
            settled(bytes, () -> future.complete(value));
        } catch (IllegalArgumentException notOurs) {
            settled(bytes, () -> future.completeExceptionally(notOurs));
        }
    }

    Presence presence(String channel) {
        return machine.presence(channel, this);
    }

    private void settled(long bytes, Runnable tell) {
        settings.callbacks().execute(tell);
        for (CompletableFuture<@Nullable Void> waiting : room.give(bytes)) {
            settings.callbacks().execute(() -> waiting.complete(null));
        }
    }

    private static long utf8Length(String text) {
        // Exact and quick: the JDK counts without making the bytes only for texts of one byte each.
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    /** What all clients of a process share, made when the first one needs it. */
    private static final class Shared {
        static final Executor POOL = pool();
        static final HttpClient HTTP = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(10))
                .executor(POOL)
                .build();

        private static Executor pool() {
            int threads = Math.max(4, Runtime.getRuntime().availableProcessors());
            ThreadPoolExecutor pool = new ThreadPoolExecutor(
                    threads, threads, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                        Thread thread = new Thread(task, "longwire-client");
                        thread.setDaemon(true);
                        return thread;
                    });
            pool.allowCoreThreadTimeOut(true);
            return pool;
        }
    }

    /** Collects what a client needs to know; everything has a default. */
    public static final class Builder {
        private final URI uri;
        private @Nullable String token;
        private @Nullable Supplier<? extends CompletionStage<String>> tokens;
        private String agent = "longwire-java/0.1";
        private int window = 100;
        private int outboxRequests = 1024;
        private long outboxBytes = 8L * 1024 * 1024;
        private int messageBytes = 64 * 1024;
        private boolean impatient;
        private Duration request = Duration.ofSeconds(60);
        private int receiveChars = 4 * 1024 * 1024;
        private Duration firstBackoff = Duration.ofMillis(500);
        private Duration mostBackoff = Duration.ofSeconds(20);
        private Duration timeout = Duration.ofSeconds(10);
        private Duration probe = Duration.ofSeconds(15);
        private List<Via> routes = List.of(Via.WEBSOCKET, Via.POLL);
        private @Nullable HttpClient http;
        private Executor callbacks = ForkJoinPool.commonPool();
        private Consumer<StateChange> listener = change -> {};

        private Builder(URI uri) {
            this.uri = uri;
        }

        /** The token that says who this is; none unless given. */
        public Builder token(@Nullable String newToken) {
            token = newToken;
            return this;
        }

        /**
         * Where to get a token that says who this is: asked before every connection, and when the server wants another one
         * before a token ends. It is called where listeners are; a failure is followed by another attempt.
         */
        public Builder tokens(Supplier<? extends CompletionStage<String>> source) {
            tokens = source;
            return this;
        }

        /** The name of the program, for the server's logs. */
        public Builder agent(String newAgent) {
            agent = newAgent;
            return this;
        }

        /** How many requests may be on their way at a time: 100. Servers allow 128. */
        public Builder window(int requests) {
            window = requests;
            return this;
        }

        /** How many requests may wait or be on their way, 1,024, and how many bytes they may have together, 8 MiB. */
        public Builder outbox(int requests, long bytes) {
            outboxRequests = requests;
            outboxBytes = bytes;
            return this;
        }

        /** How long a frame to the server may be, in bytes: 64 KiB, as servers have it. A longer one is not sent. */
        public Builder messageBytes(int bytes) {
            messageBytes = bytes;
            return this;
        }

        /**
         * Whether a publish that is {@code rate_limited} fails. Otherwise it waits as long as the server says and goes out
         * again, before what was published after it.
         */
        public Builder impatient(boolean fails) {
            impatient = fails;
            return this;
        }

        /**
         * After how long a request without an answer fails with {@code timeout}, time without a connection included: 60 s.
         * Zero for never.
         */
        public Builder requestTimeout(Duration newTimeout) {
            request = newTimeout;
            return this;
        }

        /** How long a message from the server may be, in characters: 4 Mi. A longer one ends the client. */
        public Builder receiveChars(int chars) {
            receiveChars = chars;
            return this;
        }

        /** The delay before the first attempt to come back, 500 ms, doubled each time up to the other, 20 s; each is drawn from 0 to that. */
        public Builder backoff(Duration first, Duration most) {
            firstBackoff = first;
            mostBackoff = most;
            return this;
        }

        /** How long an attempt may take, from asking for a token to the server's welcome: 10 s. */
        public Builder timeout(Duration newTimeout) {
            timeout = newTimeout;
            return this;
        }

        /** The ways to connect, the best first: WebSocket, and polling where that does not work. */
        public Builder transports(Via... ways) {
            routes = List.of(ways);
            return this;
        }

        /** How soon WebSockets are tried again where they did not work: 15 s, then twice as long each time, up to 10 min. */
        public Builder probe(Duration first) {
            probe = first;
            return this;
        }

        /** The JDK's client to connect with, where a proxy or certificates need one. Its executor must not block. */
        public Builder httpClient(HttpClient newHttp) {
            http = newHttp;
            return this;
        }

        /** Where listeners are called and futures complete: the common pool. */
        public Builder callbacks(Executor executor) {
            callbacks = executor;
            return this;
        }

        /** Hears of every change of state and every attempt that failed, in order, between the calls of other listeners. */
        public Builder onState(Consumer<StateChange> newListener) {
            listener = newListener;
            return this;
        }

        /**
         * The client; {@link Client#connect} starts it.
         *
         * @throws IllegalArgumentException when the limits do not fit together
         */
        public Client build() {
            return new Client(new Settings(
                    new Carriers(uri, http == null ? Shared.HTTP : http, timeout, receiveChars, routes),
                    token,
                    tokens,
                    agent,
                    window,
                    outboxRequests,
                    outboxBytes,
                    messageBytes,
                    impatient,
                    request.toMillis(),
                    new Settings.Delays(firstBackoff.toMillis(), mostBackoff.toMillis(), probe.toMillis()),
                    callbacks,
                    listener));
        }
    }
}
