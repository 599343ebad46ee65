// SPDX-License-Identifier: Apache-2.0
package dev.longwire.faults.load;

import com.fasterxml.jackson.databind.JsonNode;
import dev.longwire.faults.Carriage;
import dev.longwire.faults.load.Trace.Count;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.StringJoiner;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A client that does exactly what docs/protocol.md says: one session, one carrier at a time, positions, turns, and
 * every unanswered request again after an attach. All of it runs on the loop of its fleet.
 */
public final class ModelClient {

    /** How long an attempt to attach may take. */
    private static final long ATTACH_NANOS = TimeUnit.SECONDS.toNanos(10);

    private static final int SLOWEST_RETRY_MILLIS = 2_000;

    /** A request that waits for its answer. */
    private static final class Pending {
        /** The frame without its last brace, so that {@code retry} can be added. */
        final String frame;

        final CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        final Trace.@Nullable Sent sent;
        boolean tried;

        Pending(String frame, Trace.@Nullable Sent sent) {
            this.frame = frame;
            this.sent = sent;
        }

        String again() {
            return tried ? frame + ",\"retry\":true}" : frame + "}";
        }
    }

    private final Net net;
    private final InetSocketAddress address;
    private final List<Carriage> means;
    private final Random random;
    private final Trace trace;
    private final String nonce;
    private final Map<String, Track> tracks = new LinkedHashMap<>();
    private final Map<Long, Pending> pending = new LinkedHashMap<>();
    private CompletableFuture<Void> attached = new CompletableFuture<>();
    private @Nullable Wire wire;
    private @Nullable Carriage carriage;
    private @Nullable String session;
    private long turn;
    private long connectId;
    private long nextId = 1;
    private long pingNanos = TimeUnit.SECONDS.toNanos(25);
    private long saidNanos;
    private long attachNanos;
    private boolean connected;

    /** Unlike the turn, never what the server says. */
    private long attempt;

    private boolean away;
    private int failures;
    private long retryMillis;

    ModelClient(Net net, InetSocketAddress address, String name, List<Carriage> means, long seed) {
        this.net = net;
        this.address = address;
        this.means = List.copyOf(means);
        this.random = new Random(seed);
        this.trace = new Trace(name);
        this.nonce = name + "-" + Long.toHexString(random.nextLong());
    }

    /** What it saw. To be read when nothing happens any more. */
    public Trace trace() {
        return trace;
    }

    /** Begins, or comes back; done when it is attached. */
    public CompletableFuture<Void> start() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        net.loop().execute(() -> {
            attached = done;
            away = false;
            attach();
        });
        return done;
    }

    /** Its carrier breaks, and it does not come back before it is told to. */
    public CompletableFuture<Void> detach() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        net.loop().execute(() -> {
            away = true;
            drop();
            done.complete(null);
        });
        return done;
    }

    /** Leaves without a word. */
    public void stop() {
        net.loop().execute(() -> {
            away = true;
            drop();
        });
    }

    /** Done when the subscription stands. */
    public CompletableFuture<JsonNode> subscribe(String channel) {
        return request(id -> {
            tracks.put(channel, new Track(channel, trace));
            return new Pending("{\"type\":\"subscribe\",\"id\":" + id + ",\"channel\":\"" + channel + "\"", null);
        });
    }

    /** Done when it is acknowledged. The data must be JSON without white space, and unlike any other of the run. */
    public CompletableFuture<JsonNode> publish(String channel, String data) {
        return request(id -> {
            Trace.Sent sent = new Trace.Sent(channel, Trace.hash(data));
            trace.sent.add(sent);
            return new Pending(
                    "{\"type\":\"publish\",\"id\":" + id + ",\"channel\":\"" + channel + "\",\"key\":\"" + nonce + "-"
                            + id + "\",\"data\":" + data,
                    sent);
        });
    }

    /** A page of a channel's log, after an offset. */
    CompletableFuture<JsonNode> history(String channel, String epoch, long since) {
        return request(id -> new Pending(
                "{\"type\":\"history\",\"id\":" + id + ",\"channel\":\"" + channel + "\",\"limit\":100"
                        + (since < 0 ? "" : ",\"since\":{\"epoch\":\"" + epoch + "\",\"offset\":" + since + "}"),
                null));
    }

    /** Where it stands, for whoever wonders why a run does not come to rest. */
    String state() {
        return trace.name() + " over " + carriage + (connected ? " connected" : " not connected") + " turn " + turn
                + " waits for " + pending.values().stream().map(Pending::again).toList() + " " + trace.errors();
    }

    /** How many requests have no answer yet. */
    int unanswered() {
        return pending.size();
    }

    private CompletableFuture<JsonNode> request(java.util.function.LongFunction<Pending> make) {
        CompletableFuture<JsonNode> result = new CompletableFuture<>();
        net.loop().execute(() -> {
            long id = nextId++;
            Pending made = make.apply(id);
            pending.put(id, made);
            made.answer.thenAccept(result::complete);
            Wire open = wire;
            if (connected && open != null) {
                String frame = made.again();
                made.tried = true;
                say(open, List.of(frame));
            }
        });
        return result;
    }

    private void say(Wire open, List<String> frames) {
        saidNanos = System.nanoTime();
        open.send(frames);
    }

    private void drop() {
        Wire old = wire;
        wire = null;
        connected = false;
        tracks.values().forEach(Track::detached);
        if (old != null) {
            old.cut();
        }
    }

    private void attach() {
        if (away || wire != null) {
            return;
        }
        trace.add(Count.ATTACHES);
        Carriage next = means.get(random.nextInt(means.size()));
        if (carriage != null && carriage != next) {
            trace.add(Count.SWITCHES);
        }
        carriage = next;
        turn++;
        if (session != null || connectId == 0) {
            // As long as there is no session, every attempt is a copy of the first.
            connectId = nextId++;
        }
        attachNanos = System.nanoTime();
        attempt++;
        Ears ears = new Ears(attempt);
        wire = switch (next) {
            case POLL -> new PollWire(net, address, ears);
            case STREAM -> new StreamWire(net, address, ears);
            case WEBSOCKET, HTTP, BYTES -> new WebSocketWire(net, address, ears);
        };
    }

    private String connect() {
        StringBuilder frame = new StringBuilder("{\"type\":\"connect\",\"id\":").append(connectId);
        frame.append(",\"agent\":\"model/1\",\"batch\":true,\"nonce\":\"")
                .append(nonce)
                .append('"');
        boolean positions =
                tracks.values().stream().anyMatch(track -> !track.want().equals("{}"));
        if (session != null || positions) {
            StringJoiner channels = new StringJoiner(",", "{", "}");
            tracks.forEach((name, track) -> channels.add("\"" + name + "\":" + track.want()));
            frame.append(",\"resume\":{");
            if (session != null) {
                frame.append("\"session\":\"").append(session).append("\",");
            }
            frame.append("\"turn\":")
                    .append(turn)
                    .append(",\"channels\":")
                    .append(channels)
                    .append('}');
            // The list says it all: these need no answer of their own.
            pending.values().stream().filter(ModelClient::subscribes).forEach(made -> made.tried = true);
        }
        return frame.append('}').toString();
    }

    private static boolean subscribes(Pending made) {
        return made.frame.startsWith("{\"type\":\"subscribe\"");
    }

    private void lost(String why) {
        drop();
        trace.error(why);
        failures++;
        if (away) {
            return;
        }
        int most = Math.min(SLOWEST_RETRY_MILLIS, 20 << Math.min(failures, 7));
        long millis = retryMillis > 0 ? retryMillis : random.nextInt(most);
        retryMillis = 0;
        net.loop().schedule(this::attach, millis, TimeUnit.MILLISECONDS);
    }

    /** Hears one wire, and nothing of it once it is not the client's any more. */
    private final class Ears implements Wire.Listener {
        private final long mine;

        Ears(long mine) {
            this.mine = mine;
        }

        private boolean current() {
            return mine == attempt && wire != null;
        }

        @Override
        public void opened() {
            if (current() && wire != null) {
                say(wire, List.of(connect()));
            }
        }

        @Override
        public void frame(JsonNode frame) {
            if (current() && wire != null) {
                received(wire, frame);
            }
        }

        @Override
        public void lost(String why) {
            if (current()) {
                ModelClient.this.lost(why);
            }
        }

        @Override
        public boolean again() {
            // Whoever knows another way takes it now and then: else all would end up polling.
            boolean again = means.size() == 1 || random.nextInt(3) > 0;
            if (again) {
                trace.add(Count.POLLS_REPEATED);
            }
            return again;
        }
    }

    private void received(Wire open, JsonNode frame) {
        String type = frame.path("type").asText();
        switch (type) {
            case "connected" -> connected(open, frame);
            case "subscribed" -> subscribed(frame);
            case "message" -> message(frame);
            case "reset" -> track(frame).reset(frame);
            case "unsubscribed" -> {
                track(frame).unsubscribed();
                answered(frame);
            }
            case "published", "history", "subscriptions" -> answered(frame);
            case "error" -> failed(frame);
            case "disconnect" -> {
                trace.error("disconnect " + frame.path("reason").asText());
                retryMillis = frame.path("retry_after").asLong(0);
            }
            case "ping", "pong" -> {}
            default -> trace.violation("a frame of type '" + type + "'");
        }
    }

    private void connected(Wire open, JsonNode frame) {
        if (connected || frame.path("id").asLong() != connectId) {
            trace.violation("connected out of turn: " + frame + " over " + carriage + ", after " + connectId);
            return;
        }
        connected = true;
        failures = 0;
        if (session != null) {
            trace.add(frame.path("resumed").asBoolean() ? Count.RESUMED : Count.SESSION_LOST);
            if (frame.path("turn").asLong() != turn) {
                trace.violation("turn " + turn + " became " + frame.path("turn"));
            }
        }
        boolean listed = session != null || !tracks.isEmpty();
        session = frame.path("session").asText();
        turn = frame.path("turn").asLong();
        pingNanos = TimeUnit.MILLISECONDS.toNanos(frame.path("ping").asLong());
        open.session(session);
        resend(open, listed);
        attached.complete(null);
    }

    private void resend(Wire open, boolean listed) {
        List<String> again = new ArrayList<>();
        for (Pending made : pending.values()) {
            if (subscribes(made) && made.tried && listed) {
                continue;
            }
            if (made.tried) {
                trace.add(Count.RETRIED);
            }
            again.add(made.again());
            made.tried = true;
        }
        if (!again.isEmpty()) {
            say(open, again);
        }
    }

    private Track track(JsonNode frame) {
        String channel = frame.path("channel").asText();
        Track track = tracks.get(channel);
        if (track == null) {
            trace.violation("never subscribed to '" + channel + "'");
            track = new Track(channel, trace);
            tracks.put(channel, track);
        }
        return track;
    }

    private void subscribed(JsonNode frame) {
        track(frame).subscribed(frame);
        if (frame.has("id")) {
            answered(frame);
            return;
        }
        // In the list of a resume: the answer to a subscribe whose own was lost.
        String channel = "\"channel\":\"" + frame.path("channel").asText() + "\"";
        for (Map.Entry<Long, Pending> each : List.copyOf(pending.entrySet())) {
            if (subscribes(each.getValue()) && each.getValue().frame.contains(channel)) {
                pending.remove(each.getKey());
                each.getValue().answer.complete(frame);
            }
        }
    }

    private void message(JsonNode frame) {
        if (!track(frame).message(frame)) {
            // Nothing is delivered after a hole: the client comes back with the position before it.
            lost("hole");
        }
    }

    private void answered(JsonNode frame) {
        if (!frame.has("id")) {
            return;
        }
        Pending made = pending.remove(frame.path("id").asLong());
        if (made == null) {
            // The answer was on its way when the request was sent again.
            trace.add(Count.ANSWERED_TWICE);
            return;
        }
        Trace.Sent sent = made.sent;
        if (sent != null && frame.path("type").asText().equals("published")) {
            sent.offset = frame.path("offset").asLong();
            sent.epoch = frame.path("epoch").asText();
            if (frame.path("duplicate").asBoolean(false)) {
                trace.add(Count.DUPLICATES);
            }
        }
        made.answer.complete(frame);
    }

    private void failed(JsonNode frame) {
        trace.error("error " + frame.path("name").asText());
        if (frame.has("id") && frame.path("id").asLong() != connectId) {
            answered(frame);
        }
    }

    /** Time passes. */
    void tick(long nowNanos) {
        Wire open = wire;
        if (open == null) {
            return;
        }
        open.tick(nowNanos);
        long deadline = pingNanos + TimeUnit.SECONDS.toNanos(8);
        if (!connected && nowNanos - attachNanos > ATTACH_NANOS || connected && open.silentSince(nowNanos - deadline)) {
            trace.add(Count.SILENT);
            lost("silent");
        } else if (connected && carriage == Carriage.WEBSOCKET && nowNanos - saidNanos > pingNanos) {
            say(open, List.of("{\"type\":\"ping\"}"));
        }
    }
}
