// SPDX-License-Identifier: Apache-2.0
package dev.longwire.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code longwire webhooks}: how they are doing, and what an operator can do about it. */
@Command(
        name = "webhooks",
        mixinStandardHelpOptions = true,
        subcommands = WebhooksCommand.Redeliver.class,
        description = "Prints how a server's webhooks are doing: state, how far behind, last error, what was missed.",
        footer = {
            "",
            "Examples:",
            "  longwire webhooks | jq 'select(.state != \"ok\")'",
            "  longwire webhooks redeliver backend"
        })
final class WebhooksCommand extends ListCommands.Listing {

    @Override
    void list(Api from) {
        from.pages("/v1/admin/webhooks", "webhooks", "cursor", null, this::print);
    }

    @Command(
            name = "redeliver",
            mixinStandardHelpOptions = true,
            description = {
                "Tries a webhook at once, also one that was disabled, and prints how many events are delivered again.",
                "Without --after those are none: only what was not confirmed yet is delivered."
            },
            footer = {
                "",
                "Examples:",
                "  longwire webhooks redeliver backend",
                "  longwire webhooks redeliver backend --after kX3fQ2aa:17"
            })
    static final class Redeliver extends ListCommands.Listing {
        @Parameters(index = "0", paramLabel = "NAME", description = "The webhook's name in the configuration.")
        private String name = "";

        @Option(
                names = "--after",
                paramLabel = "ID",
                description =
                        "Deliver again what came after the event with this id and is still in the log; 0 for all.")
        private @Nullable String after;

        @Override
        void list(Api from) {
            print(from.post(Api.query("/v1/admin/webhooks/redeliver", "webhook", name, "after", after)));
        }
    }
}
