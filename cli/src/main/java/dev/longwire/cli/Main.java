// SPDX-License-Identifier: Apache-2.0
package dev.longwire.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The first door: {@code longwire COMMAND}. */
@Command(
        name = "longwire",
        mixinStandardHelpOptions = true,
        version = "longwire 0.1.0-SNAPSHOT",
        subcommands = {ServeCommand.class, CommandLine.HelpCommand.class},
        description = "A realtime messaging server whose sessions survive their connections.")
public final class Main implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    private Main() {}

    /** Runs one command and exits with its code. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new Main()).execute(args));
    }

    @Override
    public Integer call() {
        spec.commandLine().usage(System.out);
        return CommandLine.ExitCode.USAGE;
    }
}
