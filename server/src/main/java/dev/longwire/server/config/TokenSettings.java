// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.config;

import dev.longwire.core.settings.Quantities;
import dev.longwire.server.config.Settings.Value;
import dev.longwire.server.config.TokenIssuer.Algorithm;
import dev.longwire.server.config.TokenIssuer.Published;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What stands under {@code tokens}: {@code NAME.…} for each issuer, and {@code NAME.keys.KID.…} for each key. */
final class TokenSettings {

    static final String PREFIX = "tokens.";

    private static final Set<String> OF_ISSUER =
            Set.of("issuer", "audiences", "leeway", "jwks.url", "jwks.algorithms", "jwks.refresh", "jwks.again");
    private static final Set<String> OF_KEY = Set.of("algorithm", "secret", "file");

    private static final class Issuer {
        final Map<String, Value> own = new LinkedHashMap<>();
        final Map<String, Map<String, Value>> keys = new LinkedHashMap<>();
    }

    private final Map<String, Issuer> issuers = new LinkedHashMap<>();

    /** Sets one value; false when there is none of this path. */
    boolean set(String path, Value value) {
        int end = path.indexOf('.', PREFIX.length());
        if (end <= PREFIX.length()) {
            return false;
        }
        String name = path.substring(PREFIX.length(), end);
        String rest = path.substring(end + 1);
        if (OF_ISSUER.contains(rest)) {
            issuer(name).own.put(rest, value);
            return true;
        }
        int last = rest.lastIndexOf('.');
        if (!rest.startsWith("keys.") || last <= "keys.".length() || !OF_KEY.contains(rest.substring(last + 1))) {
            return false;
        }
        issuer(name)
                .keys
                .computeIfAbsent(rest.substring("keys.".length(), last), key -> new LinkedHashMap<>())
                .put(rest.substring(last + 1), value);
        return true;
    }

    private Issuer issuer(String name) {
        return issuers.computeIfAbsent(name, key -> new Issuer());
    }

    /** Everything by path; of secrets only that there is one. */
    Map<String, Value> all() {
        Map<String, Value> all = new LinkedHashMap<>();
        issuers.forEach((name, issuer) -> {
            issuer.own.forEach((path, value) -> all.put(PREFIX + name + "." + path, value));
            issuer.keys.forEach((id, key) -> key.forEach((path, value) -> all.put(
                    PREFIX + name + ".keys." + id + "." + path,
                    path.equals("secret") ? new Value("(secret)", value.source()) : value)));
        });
        return all;
    }

    List<TokenIssuer> issuers() {
        List<TokenIssuer> all = new ArrayList<>();
        issuers.forEach((name, issuer) -> {
            List<TokenIssuer.Key> keys = new ArrayList<>();
            issuer.keys.forEach((id, values) -> keys.add(key(PREFIX + name + ".keys." + id, id, values)));
            all.add(new TokenIssuer(
                    name,
                    text(issuer.own, "issuer"),
                    list(text(issuer.own, "audiences")),
                    millis(PREFIX + name + ".leeway", issuer.own, "leeway", "0s"),
                    keys,
                    published(PREFIX + name, issuer.own)));
        });
        return all;
    }

    private static TokenIssuer.Key key(String path, String id, Map<String, Value> values) {
        String file = text(values, "file");
        String algorithm = text(values, "algorithm");
        return new TokenIssuer.Key(
                id,
                algorithm(path + ".algorithm", algorithm == null ? "" : algorithm),
                text(values, "secret"),
                file == null ? null : Path.of(file));
    }

    private static @Nullable Published published(String path, Map<String, Value> values) {
        String url = text(values, "jwks.url");
        if (url == null) {
            return null;
        }
        Set<Algorithm> algorithms = new LinkedHashSet<>();
        for (String each : list(text(values, "jwks.algorithms"))) {
            algorithms.add(algorithm(path + ".jwks.algorithms", each));
        }
        return new Published(
                URI.create(url),
                algorithms,
                millis(path + ".jwks.refresh", values, "jwks.refresh", "10m"),
                millis(path + ".jwks.again", values, "jwks.again", "30s"));
    }

    private static Algorithm algorithm(String path, String text) {
        Algorithm algorithm = Algorithm.of(text);
        if (algorithm == null) {
            throw new IllegalArgumentException(path + " must be of " + List.of(Algorithm.values()));
        }
        return algorithm;
    }

    private static long millis(String path, Map<String, Value> values, String name, String standard) {
        Value value = values.get(name);
        long millis = Quantities.millis(value == null ? standard : value.text());
        if (millis < 0) {
            throw new IllegalArgumentException(path + " is not a time such as 500ms, 25s or 2m");
        }
        return millis;
    }

    private static @Nullable String text(Map<String, Value> values, String name) {
        Value value = values.get(name);
        return value == null || value.text().isBlank() ? null : value.text().trim();
    }

    private static List<String> list(@Nullable String text) {
        return text == null ? List.of() : List.of(text.split("[\\s,]+"));
    }
}
