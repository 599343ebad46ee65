// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.hook;

import dev.longwire.core.hook.Decision;
import dev.longwire.core.hook.Hook;
import dev.longwire.core.hook.Question;
import dev.longwire.server.config.HookConfig;
import dev.longwire.server.outgoing.Failure;
import dev.longwire.server.outgoing.Outcome;
import dev.longwire.server.outgoing.Post;
import dev.longwire.server.outgoing.Signature;
import dev.longwire.server.outgoing.Target;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A backend that is asked by requests, one for each question; {@code docs/hooks.md}.
 *
 * <p>Threads: {@link #decide}, {@link #isOpen} and {@link #close} any; everything else on the target's loop.
 */
final class HttpAuthorizer implements Authorizer {

    private static final Logger LOG = LoggerFactory.getLogger(HttpAuthorizer.class);

    private static final int HTTP_OK = 200;
    private static final int HTTP_TOO_MANY = 429;
    private static final int HTTP_UNAVAILABLE = 503;

    /** When whoever found no room may try again. */
    private static final long BUSY_MILLIS = 250;

    private final HookConfig config;
    private final Target target;
    private final Signature signature;
    private final int payloadBytes;
    private final Breaker breaker = new Breaker();
    private volatile boolean open;

    HttpAuthorizer(HookConfig config, Target target, int payloadBytes) {
        this.config = config;
        this.target = target;
        this.signature = new Signature(config.secrets());
        this.payloadBytes = payloadBytes;
    }

    /** Whether it failed so often that it is asked rarely. */
    boolean isOpen() {
        return open;
    }

    @Override
    public CompletionStage<Decision> decide(Question question) {
        CompletableFuture<Decision> decided = new CompletableFuture<>();
        byte[] body = QuestionJson.write(question);
        target.loop().execute(() -> ask(question, body, decided));
        return decided;
    }

    private void ask(Question question, byte[] body, CompletableFuture<Decision> decided) {
        long waitMillis = breaker.waitMillis(nowMillis());
        if (waitMillis > 0) {
            decided.complete(new Decision.Failed(false, waitMillis));
            return;
        }
        long seconds = System.currentTimeMillis() / 1_000;
        Map<String, String> headers = Map.of(
                "content-type",
                "application/json; charset=utf-8",
                "webhook-id",
                question.id(),
                "webhook-timestamp",
                Long.toString(seconds),
                "webhook-signature",
                signature.of(question.id(), seconds, body));
        // A call may have an effect there: it is not sent twice for a connection that went.
        boolean repeatable = question.kind() != Hook.Kind.CALL;
        target.post(
                new Post(headers, body, config.hook().deadlineMillis(), repeatable),
                outcome -> decided.complete(decision(question, outcome)));
    }

    private Decision decision(Question question, Outcome outcome) {
        return switch (outcome) {
            case Outcome.Answer answer
            when answer.status() == HTTP_OK -> {
                Decision decision = DecisionJson.read(answer.body(), question.kind(), payloadBytes);
                yield decision == null ? failed("answer_unreadable", true, 0) : succeeded(decision);
            }
            case Outcome.Answer answer
            when answer.status() == HTTP_TOO_MANY || answer.status() == HTTP_UNAVAILABLE ->
                failed("status_" + answer.status(), false, retryAfter(answer.header("retry-after")));
            case Outcome.Answer answer -> failed("status_" + answer.status(), true, 0);
            // The backend is not to blame for a queue that is full here.
            case Outcome.Failed none when none.why() == Failure.BUSY -> new Decision.Failed(false, BUSY_MILLIS);
            case Outcome.Failed none -> failed(none.why().word(), reached(none.why()), 0);
        };
    }

    /** Whether somebody may have got the question. */
    private static boolean reached(Failure why) {
        return switch (why) {
            case NAME_UNKNOWN, ADDRESS_REFUSED, UNREACHABLE, TLS_FAILED, BUSY -> false;
            case TIMEOUT, CONNECTION_LOST, ANSWER_TOO_LARGE, ANSWER_MALFORMED, STOPPED -> true;
        };
    }

    private static long retryAfter(@Nullable String header) {
        boolean seconds = header != null && header.matches("[0-9]{1,4}");
        return seconds ? Long.parseLong(header) * 1_000 : 0;
    }

    private Decision succeeded(Decision decision) {
        boolean again = breaker.failing();
        breaker.succeeded();
        open = false;
        if (again) {
            LOG.atInfo().addKeyValue("hook", config.hook().name()).log("a hook decides again");
        }
        return decision;
    }

    private Decision failed(String why, boolean unsure, long retryAfterMillis) {
        boolean first = !breaker.failing();
        long pause = breaker.failed(nowMillis());
        boolean opened = pause > 0 && !open;
        open = breaker.open();
        if (first || opened) {
            LOG.atWarn()
                    .addKeyValue("hook", config.hook().name())
                    .addKeyValue("error", why)
                    .addKeyValue("open", open)
                    .addKeyValue("then", config.hook().allowsOnFailure() ? "allow" : "refuse")
                    .log("a hook gives no decision");
        }
        return new Decision.Failed(unsure, Math.max(pause, retryAfterMillis));
    }

    private static long nowMillis() {
        return System.nanoTime() / 1_000_000;
    }

    void close() {
        target.close();
    }
}
