// SPDX-License-Identifier: Apache-2.0
package dev.longwire.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code longwire version}. */
@Command(
        name = "version",
        mixinStandardHelpOptions = true,
        description = "Prints the version of Longwire and of the Java it runs on.",
        footer = {"", "Examples:", "  longwire version"})
final class VersionCommand implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        spec.commandLine().getOut().println(Main.VERSION);
        spec.commandLine().getOut().println("java " + Runtime.version());
    }
}
