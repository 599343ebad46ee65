// SPDX-License-Identifier: Apache-2.0
package dev.longwire.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.longwire.protocol.codec.StrictJson;
import dev.longwire.server.auth.JwtVerifier;
import dev.longwire.server.config.ConfigFile;
import dev.longwire.server.config.ServerConfig;
import dev.longwire.server.config.Settings;
import dev.longwire.server.config.TokenIssuer;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code longwire token}: makes a token as a backend would, with a key of the configuration. */
@Command(
        name = "token",
        mixinStandardHelpOptions = true,
        subcommands = TokenInspectCommand.class,
        description = {
            "Makes a token (JWT) for a user, signed with the first shared secret of the configuration, and prints it.",
            "",
            "A backend makes its tokens by itself, with any JWT library: docs/access.md says what stands in one.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  longwire token --user ann --cap 'chat:*=subscribe,publish' --ttl 1h",
            "  longwire token --user bot --cap '*=*'",
            "  longwire token inspect eyJhbGciOi…"
        })
final class TokenCommand implements Callable<Integer> {

    /** Where keygen writes and token reads. */
    static final String CONFIG = "longwire.yaml";

    private static final JsonFactory JSON = new JsonFactory();
    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();
    private static final int DEEP = 8;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--config",
            paramLabel = "FILE",
            defaultValue = CONFIG,
            description = "The server's configuration. Default: ${DEFAULT-VALUE}.")
    private Path file = Path.of(CONFIG);

    @Option(names = "--user", paramLabel = "ID", description = "Who it is for; without it, for nobody in particular.")
    private @Nullable String user;

    @Option(
            names = "--cap",
            paramLabel = "PATTERN=OPERATION,…",
            description =
                    "What its bearer may do: subscribe, publish, presence, enter, history, call, or *; repeatable.")
    private Map<String, String> capabilities = Map.of();

    @Option(
            names = "--limit",
            paramLabel = "NAME=NUMBER",
            description =
                    "What its bearer may not go beyond, below the server's limits: frame_rate, byte_rate, publish_rate, "
                            + "message, subscriptions, sessions; repeatable.")
    private Map<String, Long> limits = Map.of();

    @Option(
            names = "--ttl",
            paramLabel = "TIME",
            defaultValue = "1h",
            description = "How long it is good. Default: 1h.")
    private String life = "1h";

    @Option(names = "--info", paramLabel = "JSON", description = "What others are shown of the user.")
    private @Nullable String info;

    @Option(names = "--id", paramLabel = "ID", description = "The token's own id, by which it can be revoked.")
    private @Nullable String id;

    @Override
    public Integer call() throws IOException {
        long millis = Settings.time(life);
        if (millis < 1_000) {
            throw new Exit(Exit.USAGE, "--ttl is a time of at least 1s, such as 10m or 1h");
        }
        if (info != null && StrictJson.elements(("[" + info + "]").getBytes(StandardCharsets.UTF_8), DEEP) == null) {
            throw new Exit(Exit.USAGE, "--info is not JSON");
        }
        for (TokenIssuer issuer : read(file).tokens()) {
            for (TokenIssuer.Key key : issuer.keys()) {
                String secret = key.secret();
                if (secret != null) {
                    spec.commandLine().getOut().println(sign(key, secret, claims(issuer, millis)));
                    return Exit.DONE;
                }
            }
        }
        throw new Exit(Exit.USAGE, file + " has no token key with a secret; public keys can't sign");
    }

    static ServerConfig read(Path file) throws IOException {
        if (!Files.isReadable(file)) {
            throw new Exit(Exit.USAGE, "can't read " + file + "; make it with: longwire keygen " + file);
        }
        try {
            Settings settings = new Settings();
            ConfigFile.read(file, settings);
            settings.environment(System.getenv());
            return settings.config();
        } catch (IllegalArgumentException wrong) {
            throw new Exit(Exit.USAGE, String.valueOf(wrong.getMessage()));
        }
    }

    private String claims(TokenIssuer issuer, long millis) throws IOException {
        long now = System.currentTimeMillis();
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            if (user != null) {
                json.writeStringField("sub", user);
            }
            json.writeNumberField("iat", now / 1000);
            json.writeNumberField("exp", (now + millis) / 1000);
            if (issuer.issuer() != null) {
                json.writeStringField("iss", issuer.issuer());
            }
            if (!issuer.audiences().isEmpty()) {
                json.writeStringField("aud", issuer.audiences().get(0));
            }
            if (id != null) {
                json.writeStringField("jti", id);
            }
            if (info != null) {
                json.writeFieldName("info");
                json.writeRawValue(info);
            }
            if (!limits.isEmpty()) {
                json.writeObjectFieldStart("limits");
                for (Map.Entry<String, Long> each : limits.entrySet()) {
                    if (!JwtVerifier.narrows(each.getKey(), each.getValue())) {
                        throw new Exit(
                                Exit.USAGE, "--limit: no token can say " + each.getKey() + "=" + each.getValue());
                    }
                    json.writeNumberField(each.getKey(), each.getValue());
                }
                json.writeEndObject();
            }
            json.writeObjectFieldStart("cap");
            for (Map.Entry<String, String> each : capabilities.entrySet()) {
                json.writeArrayFieldStart(each.getKey());
                for (String operation : List.of(each.getValue().split(",", -1))) {
                    if (!JwtVerifier.knows(operation)) {
                        throw new Exit(Exit.USAGE, "--cap: there is no operation " + operation);
                    }
                    json.writeString(operation);
                }
                json.writeEndArray();
            }
            json.writeEndObject();
            json.writeEndObject();
        }
        return text.toString();
    }

    private static String sign(TokenIssuer.Key key, String secret, String claims) {
        String header = "{\"alg\":\"" + key.algorithm().wire() + "\",\"typ\":\"JWT\",\"kid\":\"" + key.id() + "\"}";
        String input = encode(header) + "." + encode(claims);
        String algorithm = "HmacSHA" + key.algorithm().wire().substring(2);
        try {
            Mac mac = Mac.getInstance(algorithm);
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), algorithm));
            return input + "." + ENCODER.encodeToString(mac.doFinal(input.getBytes(StandardCharsets.US_ASCII)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + algorithm, e);
        }
    }

    private static String encode(String text) {
        return ENCODER.encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
