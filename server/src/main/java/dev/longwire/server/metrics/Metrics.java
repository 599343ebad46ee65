// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * What the server has done, for {@code /metrics}. Labels are names of ours and never anything a client sent.
 *
 * <p>Threads: any.
 */
public final class Metrics {

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final LongAdder messagesIn = counted("longwire.messages.received", "Messages that clients sent.");
    private final LongAdder messagesOut = counted("longwire.messages.sent", "Messages and frames written to clients.");
    private final LongAdder bytesIn =
            counted("longwire.bytes.received", "Bytes that clients sent after the handshake.");
    private final LongAdder bytesOut = counted("longwire.bytes.sent", "Bytes written to clients.");

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

    public void received(long messages) {
        messagesIn.add(messages);
    }

    public void sent(long messages) {
        messagesOut.add(messages);
    }

    public void bytesIn(long bytes) {
        bytesIn.add(bytes);
    }

    public void bytesOut(long bytes) {
        bytesOut.add(bytes);
    }

    public void opened(String kind) {
        counter("longwire.carriers.opened", "carrier", kind).increment();
    }

    public void closed(String kind, int code) {
        // A peer may close with any code: ours and RFC 6455's by name, the rest together.
        boolean known = code >= 1000 && code < 1016 || code >= 4000 && code < 4600;
        List<Tag> tags = List.of(Tag.of("carrier", kind), Tag.of("code", known ? Integer.toString(code) : "other"));
        Counter.builder("longwire.carriers.closed")
                .tags(tags)
                .register(registry)
                .increment();
    }

    /** A peer broke a rule. */
    public void fault(String name) {
        counter("longwire.faults", "name", name).increment();
    }

    /** An upgrade or a request was refused. */
    public void refused(String name) {
        counter("longwire.refused", "name", name).increment();
    }

    private Counter counter(String name, String tag, String value) {
        return Counter.builder(name).tags(tag, value).register(registry);
    }

    public void gauge(String name, String description, LongSupplier value) {
        Gauge.builder(name, value, LongSupplier::getAsLong)
                .description(description)
                .register(registry);
    }

    public long messagesIn() {
        return messagesIn.sum();
    }

    public long messagesOut() {
        return messagesOut.sum();
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
