// SPDX-License-Identifier: Apache-2.0
package dev.longwire.cli;

import dev.longwire.protocol.codec.StrictJson;
import dev.longwire.server.auth.JwtVerifier;
import dev.longwire.server.config.ServerConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code longwire token inspect}: what stands in a token, and whether a configuration accepts it. */
@Command(
        name = "inspect",
        mixinStandardHelpOptions = true,
        description = {
            "Prints what stands in a token, and says whether a server with this configuration accepts it and, if not, what to "
                    + "look at. Nothing is sent anywhere, but for published keys that the configuration names.",
            ""
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:accepted", "1:refused", "2:wrong usage"})
final class TokenInspectCommand implements Callable<Integer> {

    private static final int DEEP = 8;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--config",
            paramLabel = "FILE",
            defaultValue = TokenCommand.CONFIG,
            description = "The server's configuration. Default: ${DEFAULT-VALUE}.")
    private Path file = Path.of(TokenCommand.CONFIG);

    @Parameters(index = "0", paramLabel = "TOKEN", description = "The token.")
    private String token = "";

    @Override
    public Integer call() throws IOException {
        ServerConfig config = TokenCommand.read(file);
        PrintWriter out = spec.commandLine().getOut();
        List<String> parts = List.of(token.trim().split("\\.", -1));
        String header = decoded(parts, 0);
        String claims = decoded(parts, 1);
        if (parts.size() != 3 || header == null || claims == null) {
            out.println("no signed token: three parts in base64url, with dots between them");
            return Exit.FAILED;
        }
        out.println("header  " + header);
        out.println("claims  " + claims);
        try (JwtVerifier verifier = new JwtVerifier(config.tokens(), false)) {
            Long until = verifier.acceptedUntilMillis(token.trim());
            if (until != null) {
                out.println("accepted, until " + Instant.ofEpochMilli(until));
                return Exit.DONE;
            }
        }
        out.println("refused: " + why(claims, header, config));
        return Exit.FAILED;
    }

    private static @Nullable String decoded(List<String> parts, int index) {
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(index < parts.size() ? parts.get(index) : "");
            return bytes.length == 0 ? null : new String(bytes, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException noBase64) {
            return null;
        }
    }

    /** The likeliest cause. A server never says one. */
    private static String why(String claims, String header, ServerConfig config) {
        Map<String, byte[]> members = StrictJson.members(claims.getBytes(StandardCharsets.UTF_8), DEEP);
        Map<String, byte[]> heads = StrictJson.members(header.getBytes(StandardCharsets.UTF_8), DEEP);
        if (members == null || heads == null) {
            return "not a JSON map without a name twice";
        }
        byte[] exp = members.get("exp");
        Long ends = exp == null ? null : StrictJson.integer(exp);
        if (ends == null) {
            return "exp is missing, or no integer";
        }
        if (ends * 1000 <= System.currentTimeMillis()) {
            return "it has expired";
        }
        byte[] alg = heads.get("alg");
        byte[] kid = heads.get("kid");
        String algorithm = alg == null ? null : StrictJson.text(alg);
        String key = kid == null ? null : StrictJson.text(kid);
        boolean known = config.tokens().stream()
                .anyMatch(issuer -> issuer.keys().stream()
                                .anyMatch(each -> each.algorithm().wire().equals(algorithm)
                                        && (key == null || key.equals(each.id())))
                        || issuer.jwks() != null);
        return known
                ? "its signature is not genuine, or iss, aud, nbf, iat, sub, jti, info, limits or cap is not as docs/access.md says"
                : "no key of the configuration is for its alg and kid";
    }
}
