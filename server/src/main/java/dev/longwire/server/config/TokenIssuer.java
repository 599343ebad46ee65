// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.config;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Somebody whose tokens are accepted, and by which keys they are known. Nothing in a token adds to this.
 *
 * @param name what operators call it
 * @param issuer what a token's {@code iss} must be; null for whatever it is
 * @param audiences one of which a token must name in {@code aud}; with none, a token must not be for anybody in particular
 * @param leewayMillis by how much clocks may differ
 * @param keys known from the start
 * @param jwks where more keys are published; or null
 */
public record TokenIssuer(
        String name,
        @Nullable String issuer,
        List<String> audiences,
        long leewayMillis,
        List<Key> keys,
        @Nullable Published jwks) {

    /** How a token may be signed (RFC 7518, RFC 8037). */
    public enum Algorithm {
        HS256,
        HS384,
        HS512,
        RS256,
        RS384,
        RS512,
        PS256,
        PS384,
        PS512,
        ES256,
        ES384,
        ES512,
        EDDSA;

        /** Its name in a token's header. */
        public String wire() {
            return this == EDDSA ? "EdDSA" : name();
        }

        /** Whether signer and verifier share a secret. */
        public boolean shared() {
            return name().startsWith("HS");
        }

        /** A secret for it has at least so many bytes (RFC 7518, 3.2). */
        int secretBytes() {
            return Integer.parseInt(name().substring(2)) / 8;
        }

        /** The algorithm that a configuration names, or null. */
        static @Nullable Algorithm of(String text) {
            for (Algorithm each : values()) {
                if (each.name().equals(text.toUpperCase(Locale.ROOT))) {
                    return each;
                }
            }
            return null;
        }
    }

    /**
     * A key for one algorithm.
     *
     * @param id the {@code kid} of tokens that it signs; tokens without one are tried against all keys
     * @param secret for the algorithms with a shared one, else null
     * @param file PEM file with the public key or a certificate, for the others
     */
    public record Key(
            String id,
            Algorithm algorithm,
            @Nullable String secret,
            @Nullable Path file) {
        public Key {
            if (algorithm.shared() ? secret == null || file != null : file == null || secret != null) {
                throw new IllegalArgumentException(
                        "the key " + id + " needs " + (algorithm.shared() ? "a secret" : "a file") + " for "
                                + algorithm.wire() + ", and nothing else");
            }
            if (secret != null && secret.getBytes(StandardCharsets.UTF_8).length < algorithm.secretBytes()) {
                throw new IllegalArgumentException("the secret of the key " + id + " must have at least "
                        + algorithm.secretBytes() + " bytes for " + algorithm.wire());
            }
        }

        /** Without the secret. */
        @Override
        public String toString() {
            return "Key[" + id + ", " + algorithm.wire() + "]";
        }
    }

    /**
     * Keys that are published (RFC 7517, 5).
     *
     * @param url https, or http on this machine
     * @param algorithms for which its keys count
     * @param refreshMillis how often they are fetched again
     * @param againMillis the least time between two fetches because of a key that nobody knows
     */
    public record Published(URI url, Set<Algorithm> algorithms, long refreshMillis, long againMillis) {
        public Published {
            algorithms = Set.copyOf(algorithms);
            boolean safe = "https".equals(url.getScheme()) || "http".equals(url.getScheme()) && local(url);
            if (!safe || url.getHost() == null || url.getUserInfo() != null) {
                throw new IllegalArgumentException("jwks.url must be https, or http on this machine: " + url);
            }
            if (algorithms.isEmpty() || algorithms.stream().anyMatch(Algorithm::shared)) {
                throw new IllegalArgumentException("jwks.algorithms must name some, and none with a shared secret");
            }
            if (refreshMillis < 1_000 || againMillis < 0) {
                throw new IllegalArgumentException("jwks.refresh must be at least 1 s");
            }
        }

        private static final Pattern LOOPBACK = Pattern.compile("127(\\.\\d{1,3}){3}");

        private static boolean local(URI url) {
            // Literally: what a name stands for is for others to say, and may change.
            String host = url.getHost();
            return host != null
                    && (host.equals("localhost")
                            || host.equals("[::1]")
                            || LOOPBACK.matcher(host).matches());
        }
    }

    public TokenIssuer {
        audiences = List.copyOf(audiences);
        keys = List.copyOf(keys);
        if (keys.isEmpty() && jwks == null) {
            throw new IllegalArgumentException("tokens." + name + " has neither keys nor jwks.url");
        }
        if (leewayMillis < 0) {
            throw new IllegalArgumentException("tokens." + name + ".leeway must not be negative");
        }
    }
}
