// SPDX-License-Identifier: Apache-2.0
package dev.longwire.conformance;

import dev.longwire.protocol.codec.ByteSink;
import dev.longwire.protocol.codec.Format;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The same world, but every client polls: what it sends goes up in polls, and after every step it asks until there is
 * nothing more. What the transcript's connections would have got must come all the same.
 */
final class PollStage implements Stage {

    /** A client that polls. */
    private static final class Poller {
        final List<Arrival> arrivals = new ArrayList<>();

        @Nullable
        String ticket;

        long seq;
        boolean gone;
    }

    private final World world;
    private final Format format;
    private final Map<Integer, Poller> pollers = new LinkedHashMap<>();

    PollStage(World world, Format format) {
        this.world = world;
        this.format = format;
    }

    @Override
    public boolean immediate() {
        return true;
    }

    @Override
    public void open(int connection) {
        pollers.put(connection, new Poller());
    }

    @Override
    public void cut(int connection) {
        poller(connection).gone = true;
    }

    @Override
    public void send(int connection, byte[] message) {
        post(connection, poller(connection), message);
        askAll();
    }

    @Override
    public void advance(long millis) {
        world.advance(millis);
        askAll();
    }

    @Override
    public List<Arrival> arrivals(int connection, int atLeast) {
        return poller(connection).arrivals;
    }

    @Override
    public List<Arrival> leftovers() {
        List<Arrival> all = new ArrayList<>();
        pollers.values().forEach(poller -> all.addAll(poller.arrivals));
        return all;
    }

    private Poller poller(int connection) {
        Poller poller = pollers.get(connection);
        if (poller == null) {
            throw new TranscriptException("connection " + connection + " was never opened");
        }
        return poller;
    }

    /** Everybody asks until nobody is told anything more. */
    private void askAll() {
        boolean more = true;
        while (more) {
            more = false;
            for (Map.Entry<Integer, Poller> entry : pollers.entrySet()) {
                Poller poller = entry.getValue();
                if (!poller.gone && poller.ticket != null) {
                    more |= post(entry.getKey(), poller, null);
                }
            }
        }
    }

    /** One poll; whether it was told anything. */
    private boolean post(int connection, Poller poller, byte @Nullable [] message) {
        poller.seq++;
        world.post(connection, format == Format.JSON ? json(poller, message) : cbor(poller, message));
        List<Arrival> answers = world.arrivals(connection, 1);
        if (answers.isEmpty()) {
            throw new TranscriptException("a poll that does not wait was not answered");
        }
        Arrival answer = answers.removeFirst();
        if (!(answer instanceof Arrival.Answer body) || !(body.json() instanceof Json.Obj(Map<String, Json> fields))) {
            poller.gone = true;
            poller.arrivals.add(answer);
            return false;
        }
        if (!(fields.get("frames") instanceof Json.Arr(List<Json> frames))) {
            throw new TranscriptException("an answer without frames");
        }
        for (Json frame : frames) {
            take(poller, frame);
        }
        return !frames.isEmpty();
    }

    private static void take(Poller poller, Json frame) {
        if (frame instanceof Json.Obj(Map<String, Json> fields)
                && fields.get("type") instanceof Json.Text(String type)
                && type.equals("connected")
                && fields.get("session") instanceof Json.Text(String ticket)) {
            poller.ticket = ticket;
        }
        poller.arrivals.add(new Arrival.Frame(frame, Json.text(frame)));
    }

    /** The body as JSON, with the message's bytes in it as they are. */
    private static byte[] json(Poller poller, byte @Nullable [] message) {
        String session = poller.ticket == null ? "" : "\"session\":\"" + poller.ticket + "\",";
        boolean array = message != null && message.length > 0 && message[0] == '[';
        ByteSink body = new ByteSink();
        text(body, "{" + session + "\"seq\":" + poller.seq + ",\"wait\":0,\"frames\":" + (array ? "" : "["));
        if (message != null) {
            body.write(message);
        }
        text(body, array ? "}" : "]}");
        return body.toByteArray();
    }

    /** The same as CBOR. A ping is JSON text on a connection of its own, but a frame like others here. */
    private static byte[] cbor(Poller poller, byte @Nullable [] message) {
        Map<String, Json> body = new LinkedHashMap<>();
        if (poller.ticket != null) {
            body.put("session", new Json.Text(poller.ticket));
        }
        body.put("seq", new Json.Literal(Long.toString(poller.seq)));
        body.put("wait", new Json.Literal("0"));
        boolean text = message != null && message.length > 0 && message[0] == '{';
        Json frames =
                message == null ? new Json.Arr(List.of()) : text ? JsonReader.json(message) : JsonReader.cbor(message);
        body.put("frames", frames instanceof Json.Arr ? frames : new Json.Arr(List.of(frames)));
        return CborWriter.bytes(new Json.Obj(body));
    }

    private static void text(ByteSink out, String text) {
        out.write(text.getBytes(StandardCharsets.UTF_8));
    }
}
