// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.metrics;

import dev.longwire.core.rate.Limit;
import dev.longwire.server.connection.Connection;
import dev.longwire.server.connection.ConnectionListener;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * What the server has done, for {@code /metrics}. Labels are names of ours and never anything that a client sent.
 *
 * <p>Threads: any.
 */
public final class Metrics implements ConnectionListener {

    private static final String LIMITS_HIT = "How often something was refused for a limit, by the limit's name.";

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final List<LongSupplier> kept = new CopyOnWriteArrayList<>();
    private final LongAdder published = counted("longwire.messages.published", "Messages that were accepted.");
    private final LongAdder delivered =
            counted("longwire.messages.delivered", "Messages that were written to subscribers, replayed ones too.");
    private final LongAdder framesIn = counted("longwire.frames.received", "Messages that clients sent, of any kind.");
    private final LongAdder framesOut =
            counted("longwire.frames.sent", "Frames that were written to single clients: replies and notices.");
    private final LongAdder bytesIn =
            counted("longwire.bytes.received", "Bytes that clients sent after the handshake.");
    private final LongAdder bytesOut = counted("longwire.bytes.sent", "Bytes that were written to clients.");
    private final List<LongAdder> limitHits =
            Arrays.stream(Limit.values()).map(this::hits).toList();
    private final LongAdder webSockets = open("websocket");
    private final LongAdder streams = open("stream");
    private final LongAdder bridges = open("bridge");

    public Metrics() {
        new JvmMemoryMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
    }

    private LongAdder counted(String name, String description) {
        LongAdder adder = new LongAdder();
        FunctionCounter.builder(name, adder, LongAdder::sum)
                .description(description)
                .register(registry);
        return adder;
    }

    private LongAdder hits(Limit limit) {
        LongAdder adder = new LongAdder();
        FunctionCounter.builder("longwire.limits.hit", adder, LongAdder::sum)
                .description(LIMITS_HIT)
                .tags("limit", limit.label())
                .register(registry);
        return adder;
    }

    private LongAdder open(String kind) {
        LongAdder adder = new LongAdder();
        Gauge.builder("longwire.connections.open", adder, LongAdder::sum)
                .description("Connections that are open.")
                .tags("carrier", kind)
                .register(registry);
        return adder;
    }

    private LongAdder openOf(Connection connection) {
        return switch (connection.kind()) {
            case "stream" -> streams;
            case "bridge" -> bridges;
            default -> webSockets;
        };
    }

    /** A message was appended to its channel's log. */
    public void published() {
        published.increment();
    }

    /** Messages of a log were written to subscribers. */
    public void delivered(long messages) {
        delivered.add(messages);
    }

    /** Messages came, whatever is in them. */
    public void received(long messages) {
        framesIn.add(messages);
    }

    /** A frame was written to one client. */
    public void sent() {
        framesOut.increment();
    }

    public void bytesIn(long bytes) {
        bytesIn.add(bytes);
    }

    public void bytesOut(long bytes) {
        bytesOut.add(bytes);
    }

    @Override
    public void opened(Connection connection) {
        openOf(connection).increment();
        count(
                "longwire.connections.opened",
                "Connections that were opened.",
                Tags.of("carrier", connection.kind(), "format", connection.format()));
    }

    @Override
    public void error(Connection connection, String name) {
        count("longwire.errors", "What was wrong with what clients sent.", Tags.of("name", name));
    }

    @Override
    public void closed(Connection connection, int code, String reason) {
        openOf(connection).decrement();
        // A peer may close with any code: ours and RFC 6455's by number, the rest together.
        boolean known = code >= 1000 && code < 1016 || code >= 4000 && code < 4600;
        String text = known ? Integer.toString(code) : "other";
        count(
                "longwire.connections.closed",
                "Connections that have gone, by close code.",
                Tags.of("carrier", connection.kind(), "code", text));
    }

    /** An HTTP request was answered with an error, or an upgrade was. */
    public void refused(String name) {
        count("longwire.refused", "HTTP requests that were answered with an error.", Tags.of("name", name));
    }

    /** A session hit a limit. */
    public void limitHit(Limit limit) {
        limitHits.get(limit.ordinal()).increment();
    }

    /** Somebody was one too many. */
    public void limitHit(String limit) {
        count("longwire.limits.hit", LIMITS_HIT, Tags.of("limit", limit));
    }

    private void count(String name, String description, Tags tags) {
        Counter.builder(name)
                .description(description)
                .tags(tags)
                .register(registry)
                .increment();
    }

    public void gauge(String name, String description, LongSupplier value) {
        Gauge.builder(name, value, LongSupplier::getAsLong)
                .description(description)
                // Nobody else keeps the supplier.
                .strongReference(true)
                .register(registry);
    }

    /** Figures of one of several of a kind, by its name in the configuration. */
    public Of of(String label, String name) {
        return new Of(Tags.of(label, name));
    }

    /** Where such figures are registered. */
    public final class Of {

        private final Tags tags;

        private Of(Tags tags) {
            this.tags = tags;
        }

        public void gauge(String name, String description, LongSupplier value) {
            Gauge.builder(name, value, LongSupplier::getAsLong)
                    .description(description)
                    .tags(tags)
                    .strongReference(true)
                    .register(registry);
        }

        /** What only grows. */
        public void total(String name, String description, LongSupplier value) {
            // Nobody else does, and the counter doesn't.
            kept.add(value);
            FunctionCounter.builder(name, value, LongSupplier::getAsLong)
                    .description(description)
                    .tags(tags)
                    .register(registry);
        }
    }

    public long publishedCount() {
        return published.sum();
    }

    public long deliveredCount() {
        return delivered.sum();
    }

    public long bytesInCount() {
        return bytesIn.sum();
    }

    public long bytesOutCount() {
        return bytesOut.sum();
    }

    /** Everything, in Prometheus' text format. */
    public String scrape() {
        return registry.scrape();
    }
}
