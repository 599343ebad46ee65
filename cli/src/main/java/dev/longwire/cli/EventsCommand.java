// SPDX-License-Identifier: Apache-2.0
package dev.longwire.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Prints what happens in a server. */
@Command(
        name = "events",
        mixinStandardHelpOptions = true,
        description = {
            "Prints what happens in a server, each event as one line of JSON, until the server stops or the connection is lost.",
            "",
            "Events that are not there any more are said on standard error as a line of JSON: {missed}.",
            ""
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:--count is reached, the server has stopped, or the reader wants no more",
            "1:the server refused",
            "2:wrong usage",
            "69:the server can't be reached, or was lost"
        },
        footer = {
            "",
            "Examples:",
            "  longwire events --types 'session.*' --user ann      # a user's timeline",
            "  longwire events --types 'member.*' --channel 'chat:*' | jq -c '[.type, .user]'",
            "  longwire events --after 0 --types message.published"
        })
final class EventsCommand implements Callable<Integer> {
    private static final String DATA = "data: ";

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private Api api = new Api();

    @Option(
            names = "--types",
            paramLabel = "TYPES",
            description = "Types with commas between; a star at the end of one stands for the rest of the name. "
                    + "Default: all but message.published.")
    private @Nullable String types;

    @Option(names = "--channel", paramLabel = "CHANNEL", description = "Of this channel; a star at the end, as above.")
    private @Nullable String channel;

    @Option(names = "--user", paramLabel = "USER", description = "Of this user.")
    private @Nullable String user;

    @Option(names = "--client", paramLabel = "ID", description = "Of the session with this public id.")
    private @Nullable String client;

    @Option(names = "--after", paramLabel = "POSITION", description = "Those after this one; 0 for all that there are.")
    private @Nullable String after;

    @Option(names = "--count", paramLabel = "N", description = "Stop after so many events.")
    private long count = Long.MAX_VALUE;

    @Override
    public Integer call() {
        String route = Api.query(
                "/v1/admin/events", "types", types, "channel", channel, "user", user, "client", client, "after", after);
        try (BufferedReader in = new BufferedReader(new InputStreamReader(api.stream(route), StandardCharsets.UTF_8))) {
            return print(in);
        } catch (IOException lost) {
            throw new Exit(Exit.UNREACHABLE, "the connection was lost");
        }
    }

    /** Reads an event stream (WHATWG HTML, 9.2), of which only this much is ever sent. */
    private Integer print(BufferedReader in) throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        StringBuilder data = new StringBuilder();
        boolean gap = false;
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            if (line.startsWith(DATA)) {
                data.append(line, DATA.length(), line.length());
            } else if (line.startsWith("event: ")) {
                gap = line.equals("event: gap");
            } else if (line.isEmpty() && !data.isEmpty()) {
                PrintWriter to = gap ? spec.commandLine().getErr() : out;
                to.println(data);
                data.setLength(0);
                // Flushes, and says when whoever reads us has gone.
                if (to.checkError() || !gap && --count == 0) {
                    return Exit.DONE;
                }
            }
        }
        return Exit.DONE;
    }
}
