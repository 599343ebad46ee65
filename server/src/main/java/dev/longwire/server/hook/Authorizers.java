// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.hook;

import dev.longwire.core.hook.Decision;
import dev.longwire.core.hook.Hook;
import dev.longwire.core.hook.Hooks;
import dev.longwire.core.hook.Question;
import dev.longwire.server.config.HookConfig;
import dev.longwire.server.metrics.Metrics;
import dev.longwire.server.outgoing.Destination;
import dev.longwire.server.outgoing.Sender;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everybody whom a server asks.
 *
 * <p>Threads: any. Nobody waits: a decision comes on whatever thread has it.
 */
public final class Authorizers {

    public static final Authorizers NONE = new Authorizers();

    /** What comes with an answer's payload: its names, and bytes that base64 makes longer. */
    private static final int ANSWER_EXTRA_BYTES = 64 * 1024;

    /** How much longer a hub waits than whoever asks: who gave up knows better why there is no decision. */
    private static final long PATIENCE_MILLIS = 500;

    private static final Logger LOG = LoggerFactory.getLogger(Authorizers.class);

    /** Somebody in the same process. */
    public record Local(Hook hook, Authorizer authorizer) {}

    private final Hooks hooks;
    private final Map<String, One> byName = new LinkedHashMap<>();
    private final List<HttpAuthorizer> remote = new ArrayList<>();

    private static final class One {
        final Hook hook;
        final Authorizer authorizer;
        final LongAdder waiting = new LongAdder();
        final LongAdder allowed = new LongAdder();
        final LongAdder refused = new LongAdder();
        final LongAdder failed = new LongAdder();

        One(Hook hook, Authorizer authorizer) {
            this.hook = hook;
            this.authorizer = authorizer;
        }
    }

    private Authorizers() {
        hooks = Hooks.NONE;
    }

    /**
     * @param locals those in the same process, who are asked before others
     * @param payloadBytes the longest payload that may be published, or answered to a call
     */
    public Authorizers(List<Local> locals, List<HookConfig> configs, Sender sender, int payloadBytes, Metrics metrics) {
        List<Hook> all = new ArrayList<>();
        locals.forEach(local -> all.add(add(local.hook, local.authorizer)));
        for (HookConfig config : configs) {
            int answer = payloadBytes * 2 + ANSWER_EXTRA_BYTES;
            Destination place =
                    new Destination(config.url(), config.allowed(), config.connections(), config.waiting(), answer);
            HttpAuthorizer http = new HttpAuthorizer(config, sender.to(place), payloadBytes);
            remote.add(http);
            all.add(add(patient(config.hook()), http));
            metrics.of("hook", config.hook().name())
                    .gauge(
                            "longwire.hooks.open",
                            "1 while a hook failed so often that it is asked rarely.",
                            () -> http.isOpen() ? 1 : 0);
        }
        hooks = new Hooks(all);
        byName.values().forEach(each -> measure(each, metrics));
    }

    private static Hook patient(Hook hook) {
        return new Hook(
                hook.name(),
                hook.asks(),
                hook.patterns(),
                hook.deadlineMillis() + PATIENCE_MILLIS,
                hook.allowsOnFailure());
    }

    private Hook add(Hook hook, Authorizer authorizer) {
        byName.put(hook.name(), new One(hook, authorizer));
        return hook;
    }

    /**
     * To be asked before anything of a server is made.
     *
     * @throws IllegalArgumentException when two have the same name
     */
    public static void check(List<Local> locals, List<HookConfig> configs) {
        Set<String> names = new HashSet<>();
        Stream.concat(locals.stream().map(Local::hook), configs.stream().map(HookConfig::hook))
                .map(Hook::name)
                .forEach(name -> {
                    if (!names.add(name)) {
                        throw new IllegalArgumentException("two hooks are called " + name);
                    }
                });
    }

    private static void measure(One one, Metrics metrics) {
        Metrics.Of of = metrics.of("hook", one.hook.name());
        of.gauge("longwire.hooks.waiting", "Questions that have no decision yet.", one.waiting::sum);
        of.total("longwire.hooks.allowed", "Questions that were answered with yes, and calls.", one.allowed::sum);
        of.total("longwire.hooks.refused", "Questions that were answered with no.", one.refused::sum);
        of.total("longwire.hooks.failed", "Questions that got no decision.", one.failed::sum);
    }

    /** What hubs ask, and how long they wait. */
    public Hooks hooks() {
        return hooks;
    }

    /** Asks whoever the question is for; exactly one decision comes. */
    public void consult(Question question, Consumer<Decision> then) {
        One one = byName.get(question.hook().name());
        if (one == null) {
            // Whoever was asked when this was first asked is not configured any more.
            then.accept(new Decision.Failed(false, 0));
            return;
        }
        one.waiting.increment();
        ask(one, question).whenComplete((decision, failure) -> {
            one.waiting.decrement();
            then.accept(counted(one, decision, failure));
        });
    }

    private static CompletionStage<Decision> ask(One one, Question question) {
        try {
            return one.authorizer.decide(question);
        } catch (RuntimeException thrown) {
            return CompletableFuture.failedFuture(thrown);
        }
    }

    private static Decision counted(One one, @Nullable Decision decision, @Nullable Throwable failure) {
        if (decision == null) {
            one.failed.increment();
            LOG.atWarn().addKeyValue("hook", one.hook.name()).setCause(failure).log("an authorizer failed");
            return new Decision.Failed(true, 0);
        }
        switch (decision) {
            case Decision.Allowed allowed -> one.allowed.increment();
            case Decision.Refused refused -> one.refused.increment();
            case Decision.Failed failed -> one.failed.increment();
        }
        return decision;
    }

    /** Asks nobody any more; what has been asked gets no decision. */
    public void close() {
        remote.forEach(HttpAuthorizer::close);
    }
}
