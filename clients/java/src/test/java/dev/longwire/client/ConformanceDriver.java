// SPDX-License-Identifier: Apache-2.0
package dev.longwire.client;

import dev.longwire.client.json.JsonObject;
import dev.longwire.client.json.JsonReader;
import dev.longwire.client.json.JsonWriter;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The Java client on a leash, for clients/conformance: commands come in as lines of JSON, what the client tells its
 * application goes out as such. It ends when its standard input does.
 */
final class ConformanceDriver {
    private static final int DEPTH = 40;
    private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    private final long number;
    private final Client client;

    private ConformanceDriver(long number, JsonObject options) {
        this.number = number;
        this.client = client(options);
    }

    public static void main(String[] arguments) throws IOException {
        Map<Long, ConformanceDriver> all = new HashMap<>();
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            JsonObject command = JsonObject.parse(line, DEPTH);
            long number = command.number("client", 0);
            String options = command.raw("make");
            ConformanceDriver driver = all.get(number);
            if (options != null) {
                all.put(number, new ConformanceDriver(number, JsonObject.parse(options, DEPTH)));
            } else if (driver != null) {
                driver.run(command);
            }
        }
    }

    private Client client(JsonObject options) {
        Client.Builder builder = Client.builder(options.needText("url")).onState(this::state);
        String backoff = options.raw("backoff");
        if (backoff != null) {
            JsonObject range = JsonObject.parse(backoff, DEPTH);
            builder.backoff(millis(range, "minMillis"), millis(range, "maxMillis"));
        }
        given(options, "connectMillis", (name, raw) -> builder.timeout(millis(options, name)));
        given(options, "timeoutMillis", (name, raw) -> builder.requestTimeout(millis(options, name)));
        given(options, "probeMillis", (name, raw) -> builder.probe(millis(options, name)));
        given(options, "messageBytes", (name, raw) -> builder.messageBytes((int) options.number(name, 0)));
        given(options, "impatient", (name, raw) -> builder.impatient(options.flag(name)));
        given(options, "token", (name, raw) -> builder.token(options.text(name)));
        given(options, "tokens", (name, raw) -> builder.tokens(source(JsonReader.elements(raw, DEPTH))));
        given(
                options,
                "transports",
                (name, raw) -> builder.transports(JsonReader.elements(raw, DEPTH).stream()
                        .map(way -> Via.valueOf(way.replace("\"", "").toUpperCase(Locale.ROOT)))
                        .toArray(Via[]::new)));
        given(options, "outbox", (name, raw) -> {
            int requests = (int) JsonObject.parse(raw, DEPTH).number("requests", 0);
            builder.window(requests).outbox(requests, 1 << 20);
        });
        return builder.build();
    }

    private static void given(JsonObject options, String name, BiConsumer<String, String> then) {
        String raw = options.raw(name);
        if (raw != null) {
            then.accept(name, raw);
        }
    }

    private static Duration millis(JsonObject from, String name) {
        return Duration.ofMillis(from.number(name, 0));
    }

    /** Tokens one after the other, then the last one for ever; null stands for a failure. */
    private static java.util.function.Supplier<CompletionStage<String>> source(List<String> tokens) {
        AtomicInteger asked = new AtomicInteger();
        return () -> {
            String next = tokens.get(Math.min(asked.getAndIncrement(), tokens.size() - 1));
            return next.equals("null")
                    ? CompletableFuture.failedFuture(new IllegalStateException("no token now"))
                    : CompletableFuture.completedFuture(next.replace("\"", ""));
        };
    }

    private void run(JsonObject command) {
        long tag = command.number("tag", 0);
        switch (command.needText("do")) {
            case "connect" -> client.connect();
            case "close" -> client.closeAsync();
            case "ask" ->
                done(
                        tag,
                        new JsonWriter()
                                .text("state", client.state().name().toLowerCase(Locale.ROOT))
                                .text("transport", lower(client.transport()))
                                .text("id", client.id()));
            case "subscribe" -> subscribe(command);
            case "unsubscribe" -> {
                Subscription last = subscriptions.remove(command.needText("channel"));
                if (last != null) {
                    last.unsubscribe();
                }
            }
            case "publish" -> publish(tag, command);
            case "history" ->
                settle(
                        tag,
                        client.channel(command.needText("channel")).history(History.Range.oldest()),
                        page -> new JsonWriter()
                                .raw(
                                        "data",
                                        page.messages().stream()
                                                .map(Message::payload)
                                                .toList()
                                                .toString()));
            case "call" ->
                settle(
                        tag,
                        client.call(command.needText("method"), Payload.read(command)),
                        answer -> new JsonWriter().raw("data", answer.json()));
            case "enter" ->
                this.<@Nullable Void>settle(
                        tag, room(command).enter(Payload.read(command)), nothing -> new JsonWriter());
            case "leave" -> this.<@Nullable Void>settle(tag, room(command).leave(), nothing -> new JsonWriter());
            case "observe" ->
                settle(
                        tag,
                        room(command).observe(new Watcher(command.needText("channel"))),
                        nothing -> new JsonWriter());
            default -> throw new IllegalArgumentException(command.needText("do"));
        }
    }

    private final Map<String, Subscription> subscriptions = new HashMap<>();

    private static @Nullable String lower(@Nullable Via via) {
        return via == null ? null : via.name().toLowerCase(Locale.ROOT);
    }

    private void subscribe(JsonObject command) {
        String channel = command.needText("channel");
        String since = command.raw("since");
        long last = command.number("last", 0);
        Start start = last > 0 ? Start.last((int) last) : Start.now();
        if (since != null) {
            JsonObject position = JsonObject.parse(since, DEPTH);
            start = Start.since(new Position(position.needText("epoch"), position.number("offset", 0)));
        }
        subscriptions.put(channel, client.channel(channel).subscribe(start, new Teller(channel)));
    }

    private Presence room(JsonObject command) {
        return client.channel(command.needText("channel")).presence();
    }

    private void publish(long tag, JsonObject command) {
        Payload data = Objects.requireNonNull(Payload.read(command));
        Channel channel = client.channel(command.needText("channel"));
        settle(
                tag,
                channel.publish(Publication.of(data).withKey(command.text("key"))),
                published -> new JsonWriter()
                        .number("offset", published.position().offset())
                        .raw("duplicate", Boolean.toString(published.duplicate())));
    }

    private <T extends @Nullable Object> void settle(
            long tag, CompletableFuture<T> answer, java.util.function.Function<T, JsonWriter> say) {
        answer.whenComplete((value, fault) -> {
            if (fault == null) {
                done(tag, say.apply(value));
            } else {
                Throwable cause =
                        fault instanceof CompletionException && fault.getCause() != null ? fault.getCause() : fault;
                LongwireException known = (LongwireException) cause;
                tell(
                        "failed",
                        new JsonWriter()
                                .number("tag", tag)
                                .text("name", known.name())
                                .number("code", known.code()));
            }
        });
    }

    private void state(StateChange change) {
        LongwireException cause = change.cause();
        if (cause != null) {
            tell("failure", new JsonWriter().text("name", cause.name()).number("code", cause.code()));
        }
        String state = change.state().name().toLowerCase(Locale.ROOT);
        if (!state.equals(told)) {
            told = state;
            tell("state", new JsonWriter().text("state", state).textIfAny("name", cause == null ? null : cause.name()));
        }
    }

    private String told = "";

    private void done(long tag, JsonWriter more) {
        String fields = more.fields();
        OUT.println("{\"client\":" + number + ",\"event\":\"done\",\"tag\":" + tag
                + (fields.isEmpty() ? "" : "," + fields) + "}");
    }

    private void tell(String event, JsonWriter more) {
        OUT.println("{\"client\":" + number + ",\"event\":\"" + event + "\"," + more.fields() + "}");
    }

    /** Tells who comes and goes. */
    private final class Watcher implements PresenceListener {
        private final String channel;

        Watcher(String channel) {
            this.channel = channel;
        }

        private void member(String event, Member member) {
            JsonWriter out = new JsonWriter()
                    .text("channel", channel)
                    .text("who", member.user() == null ? member.client() : member.user());
            Payload data = member.data();
            tell(event, data == null ? out : out.raw("data", data.json()));
        }

        @Override
        public void onJoined(Member member) {
            member("joined", member);
        }

        @Override
        public void onUpdated(Member member) {
            member("updated", member);
        }

        @Override
        public void onLeft(Member member) {
            member("left", member);
        }

        @Override
        public void onEnd(LongwireException cause) {
            tell("presence_ended", new JsonWriter().text("channel", channel).text("name", cause.name()));
        }
    }

    /** Tells what happens on a subscription. */
    private final class Teller implements ChannelListener {
        private final String channel;

        Teller(String channel) {
            this.channel = channel;
        }

        private JsonWriter on() {
            return new JsonWriter().text("channel", channel);
        }

        @Override
        public void onMessage(Message message) {
            tell(
                    "message",
                    on().number("offset", message.position().offset())
                            .raw("data", message.payload().toString()));
        }

        @Override
        public void onAttached(Attached attached) {
            tell(
                    "subscribed",
                    on().raw("recovered", Boolean.toString(attached.recovered()))
                            .number("at", attached.position().offset()));
        }

        @Override
        public void onReset(Reset reset) {
            tell(
                    "reset",
                    on().text("reason", reset.reason())
                            .number("at", reset.after().offset()));
        }

        @Override
        public void onEnd(@Nullable LongwireException cause) {
            tell("ended", on().text("name", cause == null ? "client" : cause.name()));
        }
    }
}
