// SPDX-License-Identifier: Apache-2.0
package dev.longwire.cli;

import dev.longwire.server.config.AdminKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code longwire keygen}: a configuration in which everything that must be secret is fresh. */
@Command(
        name = "keygen",
        mixinStandardHelpOptions = true,
        description = {
            "Writes a configuration with fresh keys: one that signs users' tokens, one that seals session tickets, and one "
                    + "for administrators.",
            "",
            "Only its owner can read the file. The administrators' key is printed and not kept: the file has its hash. A file "
                    + "that is there already is left alone.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  longwire keygen",
            "  longwire serve --config longwire.yaml",
            "  longwire token --user ann --cap 'chat:*=subscribe,publish'"
        })
final class KeygenCommand implements Callable<Integer> {

    private static final SecureRandom RANDOM = new SecureRandom();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "FILE",
            defaultValue = TokenCommand.CONFIG,
            description = "What to write. Default: ${DEFAULT-VALUE}.")
    private Path file = Path.of(TokenCommand.CONFIG);

    @Override
    public Integer call() throws IOException {
        String admin = fresh();
        String text = """
                # Made by longwire keygen. Whoever can read this file can be anybody. Every setting: docs/configuration.md.
                tickets:
                  key: %s

                # Users' tokens: made by your backend, or by `longwire token`.
                tokens:
                  app:
                    keys:
                      k1: {algorithm: HS256, secret: %s}

                # For the console, /metrics and the HTTP API.
                admin:
                  keys:
                    admin: {hash: "%s", scopes: [read, close, revoke, publish, history, presence, webhooks]}
                """.formatted(fresh(), fresh(), AdminKey.hashOf(admin));
        try {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        } catch (FileAlreadyExistsException there) {
            throw new Exit(Exit.USAGE, file + " is there already");
        } catch (IOException failed) {
            throw new Exit(Exit.FAILED, "can't write " + file);
        }
        Files.write(file, text.getBytes(StandardCharsets.UTF_8), StandardOpenOption.TRUNCATE_EXISTING);
        spec.commandLine().getErr().println("wrote " + file + "; the administrators' key, which is not in it:");
        spec.commandLine().getErr().flush();
        spec.commandLine().getOut().println(admin);
        return Exit.DONE;
    }

    /** 256 random bits. */
    private static String fresh() {
        byte[] bytes = new byte[32];
        RANDOM.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
