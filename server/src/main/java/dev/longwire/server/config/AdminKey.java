// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.config;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A key of an administrator. The server knows its hash only, so that a configuration that leaks opens nothing; a plain
 * SHA-256 is enough because keys are random and long, unlike passwords.
 *
 * @param name what operators call it
 * @param hash {@code sha256:} and 64 hexadecimal digits
 * @param scopes what it may be used for
 */
public record AdminKey(String name, String hash, Set<Scope> scopes) {

    /** What a key may be used for. */
    public enum Scope {
        /** To see figures, lists and metrics. */
        READ,
        /** To close sessions. */
        CLOSE,
        /** To revoke tokens. */
        REVOKE,
        /** To publish as the application's backend. */
        PUBLISH,
        /** To read what is in channels' logs. */
        HISTORY,
        /** To see who is in channels. */
        PRESENCE,
        /** To have webhooks tried or delivered again. */
        WEBHOOKS,
        /** To subscribe users to channels, and to end that. */
        SUBSCRIBE;

        private static final String NAMES = Stream.of(values()).map(Scope::wire).collect(Collectors.joining(", "));

        private String wire() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final String PREFIX = "sha256:";

    public AdminKey {
        if (!hash.matches(PREFIX + "[0-9a-f]{64}")) {
            throw new IllegalArgumentException(
                    "admin.keys." + name + ".hash must be sha256: and 64 lower-case hexadecimal digits");
        }
        if (scopes.isEmpty()) {
            throw new IllegalArgumentException("admin.keys." + name + ".scopes must name one of " + Scope.NAMES);
        }
        scopes = Set.copyOf(scopes);
    }

    /**
     * A key as a configuration has it.
     *
     * @param scopes names, separated by commas or blanks
     */
    public static AdminKey of(String name, String hash, String scopes) {
        EnumSet<Scope> set = EnumSet.noneOf(Scope.class);
        for (String each : List.of(scopes.trim().split("[\\s,]+"))) {
            if (each.isEmpty()) {
                continue; // An empty list; the constructor says so.
            }
            set.add(Stream.of(Scope.values())
                    .filter(scope -> scope.wire().equals(each))
                    .findAny()
                    .orElseThrow(() ->
                            new IllegalArgumentException("admin.keys." + name + ".scopes must be of " + Scope.NAMES)));
        }
        return new AdminKey(name, hash.trim().toLowerCase(Locale.ROOT), set);
    }

    /** The hash of a key as a configuration has it. */
    public static String hashOf(String key) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
            return PREFIX + HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** Whether this is the key with that hash; takes as long whatever differs. */
    public boolean opensWith(String presentedHash) {
        return MessageDigest.isEqual(
                hash.getBytes(StandardCharsets.US_ASCII), presentedHash.getBytes(StandardCharsets.US_ASCII));
    }

    /** Without the hash. */
    @Override
    public String toString() {
        return "AdminKey[" + name + ", " + scopes + "]";
    }
}
