// SPDX-License-Identifier: Apache-2.0
package dev.longwire.cli;

import dev.longwire.server.config.Settings;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code longwire config}: what would be in force, and where each value comes from. */
@Command(
        name = "config",
        mixinStandardHelpOptions = true,
        description = "Prints every setting in force and where its value comes from; 2 when one is wrong.",
        footer = {
            "",
            "Examples:",
            "  longwire config --config longwire.yaml",
            "  LONGWIRE_TIMEOUTS_PING=10s longwire config"
        })
final class ConfigCommand implements Callable<Integer> {

    private static final int FAILED = 1;
    private static final int USAGE = 2;

    @Mixin
    private ConfigOptions options = new ConfigOptions();

    @Override
    public Integer call() {
        try {
            Settings settings = options.settings();
            settings.config();
            settings.all()
                    .forEach((path, value) ->
                            System.out.printf("%-36s %-20s # %s%n", path + ":", value.text(), value.source()));
            return 0;
        } catch (IllegalArgumentException wrong) {
            System.err.println("longwire: " + wrong.getMessage());
            return USAGE;
        } catch (IOException failed) {
            System.err.println("longwire: can't read " + failed.getMessage());
            return FAILED;
        }
    }
}
