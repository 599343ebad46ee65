// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.auth;

import dev.longwire.protocol.codec.StrictJson;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A signed token as it was presented (RFC 7515, 7.1), taken apart and believed in nothing.
 *
 * @param algorithm what the token says it is signed with
 * @param keyId by which key, where it says so
 * @param input the bytes that are signed
 */
@SuppressWarnings("ArrayRecordComponent") // lives for one verification
record Token(String algorithm, @Nullable String keyId, byte[] input, byte[] signature, byte[] claims) {

    /** Longer ones are refused unread. */
    static final int LONGEST = 8 * 1024;

    private static final int LONGEST_KEY_ID = 128;
    private static final int DEPTH = 4;

    /**
     * Headers that say where a key is, or that what is not understood must be: whoever sends them wants something that is
     * never done here.
     */
    private static final Set<String> NEVER = Set.of("jku", "jwk", "x5u", "x5c", "crit", "enc", "zip", "b64");

    /** The parts, or null when it is no such token. */
    static @Nullable Token parse(String text) {
        int first = text.indexOf('.');
        int second = first < 0 ? -1 : text.indexOf('.', first + 1);
        if (text.length() > LONGEST || second < 0 || text.indexOf('.', second + 1) >= 0) {
            return null;
        }
        byte[] header = decode(text.substring(0, first));
        byte[] claims = decode(text.substring(first + 1, second));
        byte[] signature = decode(text.substring(second + 1));
        if (header == null || claims == null || signature == null || signature.length == 0) {
            return null;
        }
        Map<String, byte[]> members = StrictJson.members(header, DEPTH);
        if (members == null || members.keySet().stream().anyMatch(NEVER::contains)) {
            return null;
        }
        byte[] alg = members.get("alg");
        byte[] kid = members.get("kid");
        String algorithm = alg == null ? null : StrictJson.text(alg);
        String keyId = kid == null ? null : StrictJson.text(kid);
        if (algorithm == null || kid != null && (keyId == null || keyId.length() > LONGEST_KEY_ID)) {
            return null;
        }
        byte[] input = text.substring(0, second).getBytes(StandardCharsets.US_ASCII);
        return new Token(algorithm, keyId, input, signature, claims);
    }

    private static byte @Nullable [] decode(String part) {
        // RFC 7515, 2: without padding. One token has one spelling.
        if (part.indexOf('=') >= 0) {
            return null;
        }
        try {
            return Base64.getUrlDecoder().decode(part);
        } catch (IllegalArgumentException noBase64) {
            return null;
        }
    }

    /** Says nothing: a record would show a secret. */
    @Override
    public String toString() {
        return "Token";
    }
}
