// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.webhook;

import dev.longwire.core.event.Event;
import dev.longwire.core.event.EventLog.Batch;
import dev.longwire.core.event.EventLog.Entry;
import dev.longwire.server.config.WebhookConfig;
import dev.longwire.server.event.Journal;
import dev.longwire.server.outgoing.Outcome;
import dev.longwire.server.outgoing.Post;
import dev.longwire.server.outgoing.Signature;
import dev.longwire.server.outgoing.Target;
import dev.longwire.server.webhook.Backlog.Item;
import dev.longwire.server.webhook.Health.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One target: what it has not been told yet, the one request that is on its way to it, and when it is tried again.
 *
 * <p>There is one request at a time, and it is repeated with the same id and the same bytes until it is confirmed: so order
 * holds whatever happens, and a receiver can tell a request that it had already. While it fails, events wait; the oldest go
 * when there are too many, the request that fails before all others.
 *
 * <p>Threads: {@link #health}, {@link #wake} and what returns a future any; everything else on the loop of its target.
 */
final class Webhook {

    private static final Logger LOG = LoggerFactory.getLogger(Webhook.class);

    /** So many in a row, and it is tried rarely. */
    private static final int BREAKS_AT = 5;

    /** About how long a request gets. */
    private static final long BATCH_BYTES = 256 * 1024;

    private static final int READ = 256;
    private static final int HTTP_OK = 200;
    private static final int HTTP_REDIRECTS = 300;
    private static final int HTTP_GONE = 410;
    private static final int MOST_DOUBLINGS = 20;

    private final WebhookConfig config;
    private final Journal journal;
    private final Target target;
    private final Signature signature;
    private final Backlog backlog = new Backlog(Journal.MOST_EVENTS, Journal.MOST_BYTES);
    private final AtomicBoolean woken = new AtomicBoolean();
    private final Runnable waker = this::wake;
    private final CompletableFuture<Void> flushed = new CompletableFuture<>();

    /** What is being sent, or is to be sent again. */
    private @Nullable Request request;

    private java.util.concurrent.@Nullable Future<?> alarm;
    private State state = State.OK;
    private boolean sending;
    private boolean stopping;

    /** Whether nothing is sent any more. */
    private boolean over;

    private long position;
    private int failures;
    private @Nullable String lastError;
    private long lastErrorMillis;
    private long lastSuccessMillis;
    private long nextAttemptMillis;
    private long formed;
    private long delivered;
    private long failed;
    private volatile Health health;

    private record Request(String id, List<Item> items, byte[] body) {
        int events() {
            return (int) items.stream().filter(each -> each.event() != null).count();
        }
    }

    Webhook(WebhookConfig config, Journal journal, Target target) {
        this.config = config;
        this.journal = journal;
        this.target = target;
        this.signature = new Signature(config.secrets());
        this.position = journal.head();
        this.health = look();
    }

    void start() {
        journal.demand(config.events());
        journal.wake(waker);
        wake();
    }

    String name() {
        return config.name();
    }

    Health health() {
        return health;
    }

    /** The log has grown. */
    private void wake() {
        if (!woken.getAndSet(true)) {
            target.loop().execute(() -> {
                woken.set(false);
                pull();
                send();
            });
        }
    }

    private void pull() {
        Batch batch = journal.read(position, READ);
        while (!batch.entries().isEmpty() || batch.missed() > 0) {
            long first = batch.position() - batch.entries().size();
            if (batch.missed() > 0) {
                // Some of them may not have been for it; nobody knows any more.
                backlog.add(new Item(first, System.currentTimeMillis(), null, batch.missed()));
            }
            for (Entry each : batch.entries()) {
                if (wants(each.event())) {
                    backlog.add(new Item(each.position(), each.timeMillis(), each.event(), 0));
                }
            }
            position = batch.position();
            trim();
            batch = journal.read(position, READ);
        }
    }

    private boolean wants(Event event) {
        String channel = event.channel();
        return config.events().contains(event.type()) && (channel == null || config.covers(channel));
    }

    /** What can't be delivered goes before what has not been tried, unless it may be arriving just now. */
    private void trim() {
        if (backlog.isTooLong() && request != null && !sending) {
            backlog.lose(request.items);
            request = null;
        }
        backlog.trim();
    }

    /** Sends what waits, if nothing speaks against it. */
    private void send() {
        if (!sending && !over && alarm == null && state != State.DISABLED) {
            if (request == null && !backlog.isEmpty()) {
                request = form();
            }
            if (request != null) {
                send(request);
            } else if (stopping) {
                over = true;
            }
        }
        health = look();
        if (stopping && over) {
            // Whoever waits for this sees how it ended.
            flushed.complete(null);
        }
    }

    private Request form() {
        List<Item> items = backlog.take(config.batch(), BATCH_BYTES);
        // No dot: the signature has one behind it. A number of its own: what is delivered again on command is not
        // skipped.
        formed++;
        String id = "longwire_" + journal.boot() + "_" + config.name() + "_" + formed;
        return new Request(id, items, CloudEvents.batch(journal.boot(), items));
    }

    private void send(Request what) {
        sending = true;
        nextAttemptMillis = 0;
        long seconds = System.currentTimeMillis() / 1_000;
        Map<String, String> headers = Map.of(
                "content-type",
                CloudEvents.MEDIA_TYPE,
                "webhook-id",
                what.id,
                "webhook-timestamp",
                Long.toString(seconds),
                "webhook-signature",
                signature.of(what.id, seconds, what.body));
        target.post(new Post(headers, what.body, config.pace().timeoutMillis(), true), this::came);
    }

    private void came(Outcome outcome) {
        sending = false;
        switch (outcome) {
            case Outcome.Answer answer
            when answer.status() >= HTTP_OK && answer.status() < HTTP_REDIRECTS -> confirmed();
            case Outcome.Answer answer -> failed("status_" + answer.status(), answer);
            case Outcome.Failed none -> failed(none.why().word(), null);
        }
        trim();
        send();
    }

    private void confirmed() {
        if (request != null) {
            delivered += request.events();
        }
        if (state != State.OK) {
            LOG.atInfo().addKeyValue("webhook", config.name()).log("a webhook is told again");
        }
        request = null;
        state = State.OK;
        failures = 0;
        lastSuccessMillis = System.currentTimeMillis();
    }

    private void failed(String why, Outcome.@Nullable Answer answer) {
        failed++;
        failures++;
        lastError = why;
        lastErrorMillis = System.currentTimeMillis();
        State before = state;
        boolean gone = answer != null && answer.status() == HTTP_GONE;
        state = gone ? State.DISABLED : failures < BREAKS_AT ? State.RETRYING : State.OPEN;
        if (state != before) {
            LOG.atWarn()
                    .addKeyValue("webhook", config.name())
                    .addKeyValue("state", state.word())
                    .addKeyValue("error", why)
                    .log("a webhook can't be told");
        }
        if (stopping) {
            over = true;
        } else if (!gone) {
            later(pause(answer));
        }
    }

    /** Full jitter; a breaker that is open waits at least half, and a target that says when is not asked before. */
    private long pause(Outcome.@Nullable Answer answer) {
        long most = config.pace().retryMostMillis();
        long bound = Math.min(most, config.pace().retryMillis() << Math.min(failures - 1, MOST_DOUBLINGS));
        long least = state == State.OPEN ? bound / 2 : 0;
        long pause = least + ThreadLocalRandom.current().nextLong(bound - least + 1);
        String asked = answer == null ? null : answer.header("retry-after");
        boolean seconds = asked != null && asked.matches("[0-9]{1,9}");
        return seconds ? Math.max(pause, Math.min(most, Long.parseLong(asked) * 1_000)) : pause;
    }

    private void later(long millis) {
        nextAttemptMillis = System.currentTimeMillis() + millis;
        alarm = target.loop()
                .schedule(
                        () -> {
                            alarm = null;
                            send();
                        },
                        millis,
                        TimeUnit.MILLISECONDS);
    }

    /**
     * Tries at once, also a target that was disabled.
     *
     * @param after a position in the log: what is still there behind it and was delivered is delivered again; negative for
     *     nothing
     * @return how many events are to be delivered again
     */
    CompletableFuture<Integer> redeliver(long after) {
        CompletableFuture<Integer> count = new CompletableFuture<>();
        target.loop().execute(() -> {
            pull();
            int again = after < 0 ? 0 : rewind(after);
            if (state == State.DISABLED) {
                state = State.RETRYING;
            }
            now();
            count.complete(again);
        });
        return count;
    }

    private void now() {
        if (alarm != null) {
            alarm.cancel(false);
            alarm = null;
        }
        send();
    }

    private int rewind(long after) {
        long end = position + 1;
        if (request != null) {
            end = request.items.get(0).position();
        } else if (!backlog.isEmpty()) {
            end = backlog.first();
        }
        List<Item> again = new ArrayList<>();
        Batch batch = journal.read(after, READ);
        while (!batch.entries().isEmpty() && batch.entries().get(0).position() < end) {
            for (Entry each : batch.entries()) {
                if (each.position() < end && wants(each.event())) {
                    again.add(new Item(each.position(), each.timeMillis(), each.event(), 0));
                }
            }
            batch = journal.read(batch.position(), READ);
        }
        List<Item> fitting = again.subList(Math.max(0, again.size() - backlog.room()), again.size());
        backlog.addFirst(fitting);
        return fitting.size();
    }

    /** Delivers what is there, each request tried once. Completes when nothing is left that could be. */
    CompletableFuture<Void> flush() {
        target.loop().execute(() -> {
            stopping = true;
            pull();
            over = state == State.DISABLED;
            now();
        });
        return flushed;
    }

    void close() {
        journal.forget(waker);
        journal.release(config.events());
        if (health.waiting() > 0) {
            LOG.atWarn()
                    .addKeyValue("webhook", config.name())
                    .addKeyValue("events", health.waiting())
                    .log("a webhook was not told everything");
        }
        target.close();
        target.loop().execute(() -> over = true);
    }

    private Health look() {
        int inRequest = request == null ? 0 : request.events();
        long oldest =
                request == null ? backlog.oldestMillis() : request.items.get(0).timeMillis();
        return new Health(
                config.name(),
                target.destination().toString(),
                state,
                backlog.size() + inRequest,
                oldest,
                failures,
                lastError,
                lastErrorMillis,
                lastSuccessMillis,
                nextAttemptMillis,
                new Health.Totals(delivered, backlog.dropped(), failed));
    }
}
