// SPDX-License-Identifier: Apache-2.0
package dev.longwire.cli;

import dev.longwire.client.Client;
import dev.longwire.client.LongwireException;
import dev.longwire.client.State;
import dev.longwire.client.StateChange;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which server to talk to, and the connection to it. */
final class Server {
    private static final String DEFAULT_URL = "ws://127.0.0.1:8000/v1/ws";

    @Option(
            names = "--url",
            paramLabel = "URL",
            description = "Where the server is, ws://, wss://, http:// or https://. " + "Default: $$LONGWIRE_URL, else "
                    + DEFAULT_URL + ".")
    private @Nullable String url;

    @Option(names = "--token", paramLabel = "TOKEN", description = "Says who you are. Default: $$LONGWIRE_TOKEN.")
    private @Nullable String token;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "30",
            description = "How long to do without a connection that was lost. Default: ${DEFAULT-VALUE}.")
    private int timeoutSeconds;

    /** Fails when there is no hope of a connection any more; never completes otherwise. */
    private final CompletableFuture<@Nullable Void> lost = new CompletableFuture<>();

    private final CompletableFuture<@Nullable Void> first = new CompletableFuture<>();
    /** Completes when a connection that was lost is back. */
    private CompletableFuture<@Nullable Void> outage = CompletableFuture.completedFuture(null);

    /**
     * Connects.
     *
     * @param patient whether to try for ever to come back once the first connection stood
     * @throws Exit when there is no first connection
     */
    Client connect(boolean patient, Consumer<StateChange> listener) {
        String where = address();
        Client client;
        try {
            client = Client.builder(where)
                    .token(token != null ? token : System.getenv("LONGWIRE_TOKEN"))
                    .agent("longwire-cli/0.1")
                    .requestTimeout(Duration.ZERO)
                    .onState(change -> {
                        watch(change, patient);
                        listener.accept(change);
                    })
                    .build();
        } catch (IllegalArgumentException wrong) {
            throw new Exit(Exit.USAGE, where + " is no address of a server: " + wrong.getMessage());
        }
        client.connect();
        try {
            await(first);
        } catch (Exit failed) {
            client.closeAsync();
            throw failed;
        }
        return client;
    }

    /**
     * Waits for something, or for the loss of the server.
     *
     * @throws Exit when the server is lost, or the future fails
     */
    void await(CompletableFuture<?> future) {
        try {
            CompletableFuture.anyOf(future, lost).join();
        } catch (CompletionException failed) {
            if (failed.getCause() instanceof Exit exit) {
                throw exit;
            }
            if (failed.getCause() instanceof LongwireException refused) {
                throw new Exit(Exit.FAILED, String.valueOf(refused.getMessage()));
            }
            throw failed;
        }
    }

    /** Hears of every change of state, one at a time. */
    private void watch(StateChange change, boolean patient) {
        LongwireException cause = change.cause();
        if (change.state() == State.CONNECTED) {
            first.complete(null);
            outage.complete(null);
        } else if (cause == null) {
            return; // on the way, or closed as wished
        } else if (change.state() == State.CLOSED && cause.code() != 0) {
            lost.completeExceptionally(new Exit(Exit.FAILED, String.valueOf(cause.getMessage())));
        } else if (change.state() == State.CLOSED || !first.isDone()) {
            lost.completeExceptionally(unreachable(cause));
        } else if (!patient && outage.isDone()) {
            outage = new CompletableFuture<>();
            outage.orTimeout(timeoutSeconds, TimeUnit.SECONDS).whenComplete((back, late) -> {
                if (late != null) {
                    lost.completeExceptionally(unreachable(cause));
                }
            });
        }
    }

    private Exit unreachable(LongwireException cause) {
        return new Exit(Exit.UNREACHABLE, "can't reach " + address() + ": " + cause.getMessage());
    }

    private String address() {
        if (url != null) {
            return url;
        }
        String named = System.getenv("LONGWIRE_URL");
        return named == null || named.isEmpty() ? DEFAULT_URL : named;
    }
}
