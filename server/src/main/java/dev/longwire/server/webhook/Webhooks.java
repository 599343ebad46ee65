// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.webhook;

import dev.longwire.server.config.WebhookConfig;
import dev.longwire.server.event.Journal;
import dev.longwire.server.metrics.Metrics;
import dev.longwire.server.outgoing.Destination;
import dev.longwire.server.outgoing.Sender;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * All targets of a server.
 *
 * <p>Threads: any.
 */
public final class Webhooks {

    /** What a receiver answers is not read. */
    private static final int ANSWER_BYTES = 64 * 1024;

    private final Journal journal;
    private final List<Webhook> all;

    public Webhooks(List<WebhookConfig> configs, Journal journal, Sender sender, Metrics metrics) {
        this.journal = journal;
        this.all = configs.stream()
                .map(each -> {
                    // One connection: requests to a target go one after the other.
                    Destination place = new Destination(each.url(), each.allowed(), 1, 1, ANSWER_BYTES);
                    return new Webhook(each, journal, sender.to(place));
                })
                .toList();
        all.forEach(each -> measure(each, metrics));
    }

    private static void measure(Webhook one, Metrics metrics) {
        Metrics.Of of = metrics.of("webhook", one.name());
        of.gauge(
                "longwire.webhooks.waiting",
                "Events that a target has not confirmed.",
                () -> one.health().waiting());
        of.gauge(
                "longwire.webhooks.state",
                "0 ok, 1 retrying, 2 open (tried rarely), 3 disabled.",
                () -> one.health().state().ordinal());
        of.total(
                "longwire.webhooks.delivered",
                "Events that a target confirmed.",
                () -> one.health().totals().delivered());
        of.total(
                "longwire.webhooks.missed",
                "Events that went before a target could be told.",
                () -> one.health().totals().missed());
        of.total(
                "longwire.webhooks.failed",
                "Requests to a target that failed.",
                () -> one.health().totals().failed());
    }

    /** From now on targets are told of what happens. */
    public void start() {
        all.forEach(Webhook::start);
    }

    public List<Health> health() {
        return all.stream().map(Webhook::health).toList();
    }

    /**
     * Tries a target at once, also one that was disabled.
     *
     * @param after the id of an event: those behind it that are still in the log are delivered again; an id of another life
     *     of the server, and {@code 0}, are before all of them. Null for those that were not delivered yet only
     * @return how many are to be delivered again; empty when there is no target of that name
     */
    public Optional<CompletableFuture<Integer>> redeliver(String name, @Nullable String after) {
        long position = after == null ? -1 : positionOf(after);
        return all.stream()
                .filter(each -> each.name().equals(name))
                .map(each -> each.redeliver(position))
                .findFirst();
    }

    private long positionOf(String id) {
        String ours = journal.boot() + ":";
        String rest = id.startsWith(ours) ? id.substring(ours.length()) : "0";
        return rest.matches("[0-9]{1,18}") ? Long.parseLong(rest) : 0;
    }

    /** Delivers what is there, as far as that goes without trying twice, and ends. Blocks, but not longer than so long. */
    public void stop(long patienceMillis) {
        CompletableFuture<?>[] flushed = all.stream().map(Webhook::flush).toArray(CompletableFuture<?>[]::new);
        try {
            CompletableFuture.allOf(flushed).get(patienceMillis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            // What is left is said by each.
        }
        all.forEach(Webhook::close);
    }
}
