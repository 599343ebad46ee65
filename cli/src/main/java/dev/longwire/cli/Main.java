// SPDX-License-Identifier: Apache-2.0
package dev.longwire.cli;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The first door: {@code longwire COMMAND}. */
@Command(
        name = "longwire",
        mixinStandardHelpOptions = true,
        version = Main.VERSION,
        subcommands = {
            ServeCommand.class,
            ConfigCommand.class,
            PublishCommand.class,
            SubscribeCommand.class,
            DoctorCommand.class,
            EventsCommand.class,
            ListCommands.Sessions.class,
            ListCommands.Users.class,
            ListCommands.Subscriptions.class,
            ListCommands.Channels.class,
            ListCommands.History.class,
            ListCommands.Presence.class,
            ListCommands.Stats.class,
            ListCommands.Send.class,
            ListCommands.Assign.class,
            ListCommands.Unassign.class,
            ListCommands.Close.class,
            ListCommands.Revoke.class,
            WebhooksCommand.class,
            KeygenCommand.class,
            TokenCommand.class,
            VersionCommand.class,
            CommandLine.HelpCommand.class
        },
        description = "A realtime messaging server whose sessions survive their connections.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:failed: the server refused, or an outcome is not known",
            "2:wrong usage, or input that can't be sent",
            "69:the server can't be reached"
        },
        footer = {
            "",
            "Examples:",
            "  longwire serve",
            "  longwire publish chat:1 '{\"text\":\"hello\"}'",
            "  longwire subscribe chat:1 | jq .data",
            "  longwire help publish"
        })
public final class Main implements Callable<Integer> {
    static final String VERSION = "longwire 0.1.0-SNAPSHOT";

    private final InputStream in;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private Main(InputStream in) {
        this.in = in;
    }

    /** Runs one command and exits with its code. */
    public static void main(String[] args) {
        // Not System.out: it writes in the encoding of the locale, and loses what that can't say.
        System.exit(run(
                new FileInputStream(FileDescriptor.in),
                new FileOutputStream(FileDescriptor.out),
                new FileOutputStream(FileDescriptor.err),
                args));
    }

    /** Runs one command and returns its exit code. What is written is UTF-8. */
    static int run(InputStream in, OutputStream out, OutputStream err, String... args) {
        CommandLine line = new CommandLine(new Main(in))
                .setOut(writer(out))
                .setErr(writer(err))
                .setExecutionExceptionHandler(Main::failed);
        int code = line.execute(args);
        line.getOut().flush();
        line.getErr().flush();
        return code;
    }

    private static PrintWriter writer(OutputStream to) {
        return new PrintWriter(new OutputStreamWriter(to, StandardCharsets.UTF_8));
    }

    private static int failed(Exception fault, CommandLine line, CommandLine.ParseResult arguments) throws Exception {
        if (fault instanceof Exit exit) {
            line.getErr().println("longwire: " + exit.getMessage());
            line.getErr().flush();
            return exit.code();
        }
        throw fault;
    }

    InputStream in() {
        return in;
    }

    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getErr());
        return Exit.USAGE;
    }
}
