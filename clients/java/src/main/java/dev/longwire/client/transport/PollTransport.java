// SPDX-License-Identifier: Apache-2.0
package dev.longwire.client.transport;

import dev.longwire.client.json.JsonObject;
import dev.longwire.client.json.JsonReader;
import dev.longwire.client.json.JsonWriter;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * Requests in place of a connection. One is held by the server until there is something to say; a second one may bring
 * what there is to send. Each has a number and is said again with it until it is answered: the server runs it once and
 * gives the same answer. While nobody asks for texts no request is held, and what was answered is not confirmed.
 *
 * <p>Its state belongs to whoever holds its monitor; events are reported under it, which costs nothing because they only
 * pass on.
 */
public final class PollTransport implements Transport {
    /** How long the server may hold a request. */
    private static final long WAIT_MILLIS = 20_000;
    /** Longer than this, and the request was lost. */
    private static final Duration LOST = Duration.ofMillis(WAIT_MILLIS + 8_000);
    /** A request that was lost is said again so often, after these waits. */
    private static final long[] AGAIN_MILLIS = {0, 500, 2_000};
    /** Requests that may overlap. */
    private static final int OVERLAP = 2;
    /** What goes into one request. */
    private static final int BATCH_FRAMES = 100;

    private static final int BATCH_CHARS = 20_000;
    private static final int MAX_DEPTH = 40;

    private final HttpClient http;
    private final URI uri;
    private final int maxChars;
    private final boolean fresh;
    private final ArrayDeque<String> queue = new ArrayDeque<>();
    /** Answers that came before their turn, or that nobody has asked for yet: the frames as an array. */
    private final Map<Long, String> answers = new HashMap<>();

    /** What is under way, by number. */
    private final Map<Long, CompletableFuture<?>> flights = new HashMap<>();

    private @Nullable Events events;
    private @Nullable String session;
    private long seq;
    private long ack;
    private int demand;
    private boolean leaving;
    private boolean over;

    /**
     * @param uri where polls are answered
     * @param maxChars how long an answer may be
     * @param fresh whether there is no session yet: then its first request is known by a nonce, and may be said again. One
     *     that resumes is not said again, for its turn may be over
     */
    public PollTransport(HttpClient http, URI uri, int maxChars, boolean fresh) {
        this.http = http;
        this.uri = uri;
        this.maxChars = maxChars;
        this.fresh = fresh;
    }

    @Override
    public synchronized void open(Events to) {
        events = to;
        to.opened();
    }

    @Override
    public synchronized void send(String text) {
        if (over || events == null) {
            return;
        }
        if (text.startsWith("[")) {
            queue.addAll(JsonReader.elements(text, MAX_DEPTH));
        } else {
            queue.add(text);
        }
        events.sent();
        pump();
    }

    @Override
    public synchronized void demand() {
        demand++;
        deliver();
        pump();
    }

    @Override
    public synchronized void leave() {
        leaving = true;
        leaveWhenDone();
    }

    @Override
    public synchronized void abort() {
        over = true;
        List.copyOf(flights.values()).forEach(flight -> flight.cancel(true));
        flights.clear();
    }

    private void pump() {
        // Without a session there is nothing but the first request.
        int room = session != null ? OVERLAP : 1;
        boolean hold = seq == ack && session != null && demand > 0 && !leaving;
        if (!over && seq - ack < room && (seq == 0 || session != null) && (!queue.isEmpty() || hold)) {
            ask(++seq, batch(), 0);
        }
    }

    private String batch() {
        StringBuilder frames = new StringBuilder();
        for (int count = 0; !queue.isEmpty() && count < BATCH_FRAMES; count++) {
            if (count > 0 && frames.length() + queue.element().length() > BATCH_CHARS) {
                break;
            }
            frames.append(count > 0 ? "," : "").append(queue.remove());
        }
        return frames.toString();
    }

    private void ask(long number, String frames, int attempt) {
        JsonWriter body = new JsonWriter();
        if (session != null) {
            body.text("session", session).number("ack", ack);
        }
        body.number("seq", number).number("wait", leaving ? 0 : WAIT_MILLIS).raw("frames", "[" + frames + "]");
        HttpRequest request = HttpRequest.newBuilder(uri)
                .timeout(LOST)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body.end()))
                .build();
        CompletableFuture<HttpResponse<String>> flight = http.sendAsync(request, head -> new LimitedText(maxChars));
        flights.put(number, flight);
        if (events != null) {
            events.asked();
        }
        flight.whenComplete((response, fault) -> landed(new Asked(number, frames, attempt), response, fault));
    }

    /** A request that is under way. */
    private record Asked(long number, String frames, int attempt) {}

    private synchronized void landed(Asked asked, @Nullable HttpResponse<String> response, @Nullable Throwable fault) {
        flights.remove(asked.number());
        if (over) {
            return;
        }
        int status = response == null ? 0 : response.statusCode();
        if (response != null && status == 200) {
            answered(asked.number(), response.body());
        } else if (status != 0 && status != 408) {
            refused(status, retryAfter(response));
        } else if (asked.attempt() == AGAIN_MILLIS.length || (asked.number() == 1 && (!fresh || unreached(fault)))) {
            end(broken(fault));
        } else {
            Timers.after(AGAIN_MILLIS[asked.attempt()], () -> again(asked));
        }
    }

    private synchronized void again(Asked asked) {
        if (!over) {
            ask(asked.number(), asked.frames(), asked.attempt() + 1);
        }
    }

    /** Answers are heard in the order of their requests, whichever comes first. */
    private void answered(long number, String body) {
        try {
            String frames = JsonObject.parse(body, MAX_DEPTH).raw("frames");
            answers.put(number, frames == null ? "[]" : frames);
            if (session == null) {
                session = sessionIn(answers.get(number));
            }
        } catch (IllegalArgumentException notOurs) {
            end(new Failure(0, 0, "the server answered something that is none of ours: " + notOurs.getMessage()));
            return;
        }
        deliver();
        leaveWhenDone();
        pump();
    }

    /** The name of the session, which every later request carries; what else the frames say is for others. */
    private static @Nullable String sessionIn(@Nullable String frames) {
        for (String text : JsonReader.elements(frames == null ? "[]" : frames, MAX_DEPTH)) {
            JsonObject frame = JsonObject.parse(text, MAX_DEPTH);
            if ("connected".equals(frame.text("type"))) {
                return frame.text("session");
            }
        }
        return null;
    }

    private void deliver() {
        while (events != null && !over) {
            String frames = answers.get(ack + 1);
            if (frames == null) {
                return;
            }
            boolean empty = frames.equals("[]");
            if (!empty && demand == 0) {
                return;
            }
            answers.remove(++ack);
            if (empty) {
                events.heard();
            } else {
                demand--;
                events.received(frames);
            }
        }
    }

    private void leaveWhenDone() {
        if (leaving && queue.isEmpty() && seq == ack && events != null && !over) {
            over = true;
            events.closed(1000);
        }
    }

    /** What an answer means that is no 200: a close code says whether and how to come back. */
    private void refused(int status, long retryAfterMillis) {
        int code = leaving ? 1000 : status == 404 || status == 409 ? 4003 : status == 413 ? 1009 : 0;
        if (code == 0 || session == null) {
            end(new Failure(status, retryAfterMillis, "the server answered with HTTP status " + status));
        } else if (events != null) {
            abort();
            events.closed(code);
        }
    }

    private void end(Failure failure) {
        abort();
        if (events != null) {
            events.failed(failure);
        }
    }

    private static boolean unreached(@Nullable Throwable fault) {
        return cause(fault) instanceof ConnectException;
    }

    private static Failure broken(@Nullable Throwable fault) {
        return Failure.of(cause(fault));
    }

    private static @Nullable Throwable cause(@Nullable Throwable fault) {
        return fault instanceof CompletionException && fault.getCause() != null ? fault.getCause() : fault;
    }

    private static long retryAfter(@Nullable HttpResponse<?> response) {
        return response == null ? 0 : Failure.retryAfterMillis(response);
    }
}
