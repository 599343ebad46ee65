// SPDX-License-Identifier: Apache-2.0
package dev.longwire.cli;

import dev.longwire.client.Attached;
import dev.longwire.client.Channel;
import dev.longwire.client.ChannelListener;
import dev.longwire.client.Client;
import dev.longwire.client.LongwireException;
import dev.longwire.client.Message;
import dev.longwire.client.Position;
import dev.longwire.client.Reset;
import dev.longwire.client.Start;
import dev.longwire.client.State;
import dev.longwire.client.StateChange;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code longwire subscribe}: one line of JSON for each message. */
@Command(
        name = "subscribe",
        mixinStandardHelpOptions = true,
        description = {
            "Prints the messages of channels, each as one line of JSON: "
                    + "{channel, epoch, offset, time, from, client, slot?, headers, data or data64}.",
            "",
            "Each line is written out at once. Runs until it is told to stop, over lost connections too, and loses nothing "
                    + "that the server still has; what it has not is said on standard error as a line of JSON: "
                    + "{reset, channel, before, after}.",
            ""
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:--count is reached, or the reader wants no more",
            "1:the server refused, or ended a subscription",
            "2:wrong usage",
            "69:the server can't be reached to begin with"
        },
        footer = {
            "",
            "Examples:",
            "  longwire subscribe chat:1",
            "  longwire subscribe chat:1 chat:2 | jq -r '.data.text'",
            "  longwire subscribe --last 10 --count 10 chat:1",
            "  longwire subscribe --since k3:41 chat:1    # everything after offset 41 of epoch k3"
        })
final class SubscribeCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private Server server = new Server();

    @Parameters(arity = "1..*", paramLabel = "CHANNEL", description = "Names of channels.")
    private List<String> channels = List.of();

    @Option(names = "--count", paramLabel = "N", description = "Stop after so many messages.")
    private long count = Long.MAX_VALUE;

    @Option(names = "--since", paramLabel = "EPOCH:OFFSET", description = "Begin after this position, of one channel.")
    private @Nullable String since;

    @Option(names = "--last", paramLabel = "N", description = "Begin with the newest N messages of each channel.")
    private int last;

    @Option(
            names = {"-v", "--verbose"},
            description = "Say on standard error when a subscription stands and when a connection is lost.")
    private boolean verbose;

    private final CompletableFuture<Integer> over = new CompletableFuture<>();

    @Override
    public Integer call() {
        Start start = start();
        if (count < 1) {
            throw new Exit(Exit.USAGE, "--count is at least 1");
        }
        try (Client client = server.connect(true, this::state)) {
            List<Channel> all = new ArrayList<>();
            try {
                channels.stream().distinct().map(client::channel).forEach(all::add);
            } catch (IllegalArgumentException bad) {
                throw new Exit(Exit.USAGE, String.valueOf(bad.getMessage()));
            }
            Thread goodbye = new Thread(client::closeAsync);
            Runtime.getRuntime().addShutdownHook(goodbye);
            all.forEach(channel -> channel.subscribe(start, new Printer()));
            server.await(over);
            forget(goodbye);
            return over.join();
        }
    }

    private static void forget(Thread goodbye) {
        try {
            Runtime.getRuntime().removeShutdownHook(goodbye);
        } catch (IllegalStateException shuttingDown) {
            // then it runs, which does no harm
        }
    }

    private Start start() {
        if (since != null && (last != 0 || channels.size() != 1)) {
            throw new Exit(Exit.USAGE, "--since goes with one channel, and not with --last");
        }
        try {
            if (since != null) {
                return Start.since(Position.parse(since));
            }
            return last == 0 ? Start.now() : Start.last(last);
        } catch (IllegalArgumentException bad) {
            throw new Exit(Exit.USAGE, String.valueOf(bad.getMessage()));
        }
    }

    private void state(StateChange change) {
        LongwireException cause = change.cause();
        if (verbose && cause != null && change.state() == State.RECONNECTING) {
            tell("longwire: " + cause.getMessage() + "; again in " + change.delayMillis() + " ms");
        }
    }

    private void tell(String line) {
        PrintWriter err = spec.commandLine().getErr();
        err.println(line);
        err.flush();
    }

    /** Called one at a time, for all channels together. */
    private final class Printer implements ChannelListener {
        @Override
        public void onMessage(Message message) {
            if (over.isDone()) {
                return;
            }
            PrintWriter out = spec.commandLine().getOut();
            out.println(message.toJson());
            // Flushes, and says when whoever reads us has gone.
            if (out.checkError() || --count == 0) {
                over.complete(Exit.DONE);
            }
        }

        @Override
        public void onReset(Reset reset) {
            tell(reset.toJson());
        }

        @Override
        public void onAttached(Attached attached) {
            if (verbose) {
                tell("longwire: subscribed to " + attached.channel() + " at " + attached.position());
            }
        }

        @Override
        public void onEnd(@Nullable LongwireException cause) {
            if (cause != null) {
                over.completeExceptionally(cause);
            }
        }
    }
}
