// SPDX-License-Identifier: Apache-2.0
package dev.longwire.cli;

import dev.longwire.cli.Examination.Finding;
import dev.longwire.cli.Examination.Result;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says what clients meet on their way to a server. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        description = {
            "Looks at a running server from outside, through whatever stands in between: health, TLS, origins, "
                    + "administration, WebSocket, polling and event streams.",
            "",
            "One line for each: ok, warn (it works, or clients find another way), fail or skip.",
            ""
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:nothing failed", "1:something failed", "2:wrong usage", "69:the server can't be reached"},
        footer = {
            "",
            "Examples:",
            "  longwire doctor https://realtime.example.com",
            "  longwire doctor --token \"$TOKEN\" --idle 90 https://realtime.example.com",
            "  longwire doctor --json http://127.0.0.1:8000 | jq -r 'select(.result == \"fail\").text'"
        })
final class DoctorCommand implements Callable<Integer> {
    private static final int LONGEST_IDLE = 3_600;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(
            arity = "0..1",
            paramLabel = "URL",
            defaultValue = "http://127.0.0.1:8000",
            description = "Where clients find it. Default: ${DEFAULT-VALUE}.")
    private String url = "";

    @Option(names = "--token", paramLabel = "TOKEN", description = "To look at what only a session can do.")
    private @Nullable String token;

    @Option(
            names = "--idle",
            paramLabel = "SECONDS",
            description = "Also leave a WebSocket alone for so long; what stands in between may close it.")
    private int idleSeconds;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "10",
            description = "How long each answer may take. Default: ${DEFAULT-VALUE}.")
    private int timeoutSeconds;

    @Option(
            names = "--ca",
            paramLabel = "FILE",
            description = "Trust the certificates in this PEM file, instead of those that Java knows.")
    private @Nullable Path authorities;

    @Option(names = "--json", description = "One line of JSON for each: {check, result, text}.")
    private boolean json;

    private boolean failed;

    @Override
    public Integer call() throws InterruptedException {
        boolean plain = url.matches("https?://[^/?#\\s]+/?");
        if (!plain || idleSeconds < 0 || idleSeconds > LONGEST_IDLE || timeoutSeconds < 1) {
            throw new Exit(
                    Exit.USAGE,
                    plain
                            ? "--idle is 0 to " + LONGEST_IDLE + ", --timeout at least 1"
                            : url + " is no http or https address");
        }
        String base = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
        try {
            Examination.Door door = new Examination.Door(encryption(), Duration.ofSeconds(timeoutSeconds));
            new Examination(URI.create(base), token, idleSeconds, door, this::show).run();
        } catch (IOException unreachable) {
            throw new Exit(Exit.UNREACHABLE, "can't reach " + base);
        } catch (IllegalArgumentException wrong) {
            throw new Exit(Exit.USAGE, url + " is no address of a server");
        }
        return failed ? Exit.FAILED : Exit.DONE;
    }

    private Encryption encryption() {
        try {
            return new Encryption(authorities);
        } catch (IOException unreadable) {
            throw new Exit(Exit.USAGE, "can't read " + authorities);
        } catch (IllegalArgumentException wrong) {
            throw new Exit(Exit.USAGE, String.valueOf(wrong.getMessage()));
        }
    }

    private void show(Finding finding) {
        failed |= finding.result() == Result.FAIL;
        String result = finding.result().name().toLowerCase(Locale.ROOT);
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            // None of the words has anything that JSON would have escaped.
            out.println("{\"check\":\"" + finding.check() + "\",\"result\":\"" + result + "\",\"text\":\""
                    + finding.text() + "\"}");
        } else {
            out.printf(Locale.ROOT, "%-4s  %-10s %s%n", result, finding.check(), finding.text());
        }
        out.flush();
    }
}
