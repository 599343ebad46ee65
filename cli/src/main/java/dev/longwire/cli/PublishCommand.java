// SPDX-License-Identifier: Apache-2.0
package dev.longwire.cli;

import dev.longwire.client.Channel;
import dev.longwire.client.Client;
import dev.longwire.client.LongwireException;
import dev.longwire.client.Payload;
import dev.longwire.client.Publication;
import dev.longwire.client.Published;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code longwire publish}: one message, or one for each line of standard input. */
@Command(
        name = "publish",
        mixinStandardHelpOptions = true,
        description = {
            "Publishes to a channel and waits until the server has it.",
            "",
            "One message: prints its position as a line of JSON. With - as JSON, each line of standard input is a message; "
                    + "they are sent in order, many at a time, and nothing is printed. A line that can't be sent (no JSON, "
                    + "no UTF-8, too long) is reported with its number on standard error and left out, the others are "
                    + "sent, and the exit code is 2. Empty lines are passed over, but not with --text.",
            ""
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:everything is in the channel's log",
            "1:the server refused something, or an outcome is not known",
            "2:wrong usage, or something could not be sent",
            "69:the server can't be reached"
        },
        footer = {
            "",
            "Examples:",
            "  longwire publish chat:1 '{\"text\":\"hello\"}'",
            "  longwire publish --text chat:1 'hello'",
            "  longwire publish --header trace=7f prices '{\"eur\":1.08}' --slot eur",
            "  longwire publish events - < events.jsonl",
            "  longwire publish events - --key import-7 < events.jsonl",
            "  tail -f app.log | longwire publish --text logs -"
        })
final class PublishCommand implements Callable<Integer> {
    @ParentCommand
    private @Nullable Main main;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private Server server = new Server();

    @Parameters(index = "0", paramLabel = "CHANNEL", description = "The channel's name.")
    private String channel = "";

    @Parameters(index = "1", paramLabel = "JSON", description = "What to publish, or - for lines of standard input.")
    private String json = "";

    @Option(names = "--text", description = "What to publish is text, not JSON: it is sent as a JSON string.")
    private boolean text;

    @Option(
            names = "--key",
            paramLabel = "KEY",
            description = "Makes it safe to repeat: the same user, channel and key append once (needs a token). "
                    + "Line n of standard input has the key KEY:n.")
    private @Nullable String key;

    @Option(names = "--header", paramLabel = "NAME=VALUE", description = "A header for those who read it; repeatable.")
    private Map<String, String> headers = Map.of();

    @Option(names = "--slot", paramLabel = "SLOT", description = "The key of conflation.")
    private @Nullable String slot;

    private final AtomicInteger worst = new AtomicInteger();

    @Override
    public Integer call() throws IOException {
        if (json.equals("-")) {
            return lines();
        }
        Publication publication = publication(argument(), key);
        try (Client client = server.connect(false, change -> {})) {
            CompletableFuture<Published> answer = channel(client).publish(publication);
            server.await(answer);
            Published published = answer.join();
            spec.commandLine()
                    .getOut()
                    .println("{\"channel\":" + Payload.text(published.channel()) + ",\"epoch\":"
                            + Payload.text(published.position().epoch()) + ",\"offset\":"
                            + published.position().offset() + ",\"stored\":" + Payload.text(published.stored())
                            + (published.duplicate() ? ",\"duplicate\":true}" : "}"));
            return Exit.DONE;
        }
    }

    private int lines() throws IOException {
        Lines lines = new Lines(main == null ? System.in : main.in());
        try (Client client = server.connect(false, change -> {})) {
            Channel to = channel(client);
            CompletableFuture<?> all = CompletableFuture.completedFuture(null);
            while (true) {
                try {
                    String line = lines.next();
                    if (line == null) {
                        break;
                    }
                    if (!text && line.isBlank()) {
                        continue;
                    }
                    long number = lines.number();
                    Publication publication = publication(line, key == null ? null : key + ":" + number);
                    server.await(client.room());
                    CompletableFuture<?> answer = to.publish(publication).handle((done, fault) -> note(number, fault));
                    all = all.isDone() ? answer : all.thenCombine(answer, (a, b) -> b);
                } catch (CharacterCodingException bad) {
                    say(lines.number(), Exit.USAGE, "not UTF-8, or too long");
                } catch (Exit bad) {
                    if (bad.code() != Exit.USAGE) {
                        throw bad;
                    }
                    say(lines.number(), Exit.USAGE, String.valueOf(bad.getMessage()));
                }
            }
            server.await(all);
        }
        return worst.get();
    }

    /** What became of a line. */
    private @Nullable Object note(long number, @Nullable Throwable fault) {
        if (fault != null) {
            Throwable cause =
                    fault instanceof CompletionException && fault.getCause() != null ? fault.getCause() : fault;
            boolean tooLarge =
                    cause instanceof LongwireException known && known.name().equals("too_large");
            say(number, tooLarge ? Exit.USAGE : Exit.FAILED, String.valueOf(cause.getMessage()));
        }
        return null;
    }

    private void say(long number, int code, String what) {
        // Input that is wrong says more about what to do than a refusal.
        worst.accumulateAndGet(code, Math::max);
        spec.commandLine().getErr().println("longwire: line " + number + ": " + what);
        spec.commandLine().getErr().flush();
    }

    private Publication publication(String value, @Nullable String itsKey) {
        try {
            Payload payload = text ? Payload.text(value) : Payload.json(value);
            return new Publication(payload, itsKey, headers, slot);
        } catch (IllegalArgumentException bad) {
            throw new Exit(Exit.USAGE, (text ? "not text: " : "not JSON: ") + bad.getMessage());
        }
    }

    private Channel channel(Client client) {
        try {
            return client.channel(channel);
        } catch (IllegalArgumentException bad) {
            throw new Exit(Exit.USAGE, String.valueOf(bad.getMessage()));
        }
    }

    /** The argument, if the locale let it through. */
    private String argument() {
        String encoding = System.getProperty("sun.jnu.encoding", "UTF-8");
        if (json.indexOf('\ufffd') >= 0 && !encoding.equalsIgnoreCase("UTF-8")) {
            throw new Exit(
                    Exit.USAGE,
                    "this locale (" + encoding + ") can't pass the argument on; use LC_ALL=C.UTF-8, or standard input");
        }
        return json;
    }
}
