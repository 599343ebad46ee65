// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.access;

import dev.longwire.core.Principal;
import dev.longwire.protocol.ChannelName;
import dev.longwire.protocol.Payload;
import dev.longwire.protocol.codec.StrictJson;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a token's claims (RFC 7519) make of its bearer, once somebody else has found the signature genuine.
 *
 * <p>Whatever is wrong, the answer is the same null: who presents a token learns nothing about why it was refused. Nothing is
 * thrown, whatever the bytes are. Claims that are not named here are ignored.
 */
public final class Claims {

    /** Longer claims are refused unread. */
    public static final int MAX_BYTES = 16 * 1024;

    public static final int MAX_PATTERNS = 64;
    public static final int MAX_INFO_BYTES = 1024;
    private static final int MAX_DEPTH = 8;
    private static final int MAX_TEXT = 128;
    private static final int MAX_LIST = 16;
    private static final long MAX_SECONDS = (1L << 53) / 1000;

    /** What {@code limits} may name, in the order of {@link Narrowing}'s components. */
    private static final List<String> NARROWED =
            List.of("frame_rate", "byte_rate", "publish_rate", "message", "subscriptions", "sessions");

    private Claims() {}

    /**
     * What claims must say to count here.
     *
     * @param issuer what {@code iss} must be; null for whatever it is
     * @param audiences one of which {@code aud} must name; with none, a token that is for somebody else ({@code aud} is
     *     there) is refused
     * @param leewayMillis by how much clocks may differ
     */
    public record Rules(@Nullable String issuer, List<String> audiences, long leewayMillis) {
        public Rules {
            audiences = List.copyOf(audiences);
            if (leewayMillis < 0) {
                throw new IllegalArgumentException("leewayMillis must not be negative");
            }
        }
    }

    /** The principal, or null when the token is refused. {@code nowMillis} is the time of day, in ms since 1970. */
    public static @Nullable Principal principal(byte[] claimsJson, Rules rules, long nowMillis) {
        if (claimsJson.length > MAX_BYTES) {
            return null;
        }
        Map<String, byte[]> claims = StrictJson.members(claimsJson, MAX_DEPTH);
        if (claims == null || !meant(claims, rules) || !timely(claims, rules, nowMillis)) {
            return null;
        }
        byte[] sub = claims.get("sub");
        byte[] jti = claims.get("jti");
        byte[] info = claims.get("info");
        String user = sub == null ? null : identity(sub);
        String tokenId = jti == null ? null : identity(jti);
        Capabilities capabilities = capabilities(claims.get("cap"));
        Narrowing narrowing = narrowing(claims.get("limits"));
        if (capabilities == null
                || narrowing == null
                || (sub != null && user == null)
                || (jti != null && tokenId == null)
                || (info != null && info.length > MAX_INFO_BYTES)) {
            return null;
        }
        Payload shown = info == null ? null : Payload.json(info);
        long made = claims.containsKey("iat") ? seconds(claims.get("iat")) : 0;
        long ends = seconds(claims.get("exp")) * 1000;
        return new Principal(user, shown, capabilities, narrowing, tokenId, made * 1000, ends);
    }

    /** Whether the right one made it, for us. */
    private static boolean meant(Map<String, byte[]> claims, Rules rules) {
        byte[] iss = claims.get("iss");
        if (rules.issuer() != null && (iss == null || !rules.issuer().equals(StrictJson.text(iss)))) {
            return false;
        }
        byte[] aud = claims.get("aud");
        if (aud == null) {
            return rules.audiences().isEmpty();
        }
        String one = StrictJson.text(aud);
        if (one != null) {
            return rules.audiences().contains(one);
        }
        List<byte[]> several = StrictJson.elements(aud, MAX_DEPTH);
        if (several == null || several.size() > MAX_LIST) {
            return false;
        }
        boolean found = false;
        for (byte[] each : several) {
            String audience = StrictJson.text(each);
            if (audience == null) {
                return false;
            }
            found |= rules.audiences().contains(audience);
        }
        return found;
    }

    /** Whether it has begun and not ended; it must say when it ends. */
    private static boolean timely(Map<String, byte[]> claims, Rules rules, long nowMillis) {
        long ends = seconds(claims.get("exp"));
        long begins = claims.containsKey("nbf") ? seconds(claims.get("nbf")) : 0;
        long made = claims.containsKey("iat") ? seconds(claims.get("iat")) : 0;
        return ends > 0
                && begins >= 0
                && made >= 0
                && ends * 1000 > nowMillis - rules.leewayMillis()
                && begins * 1000 <= nowMillis + rules.leewayMillis()
                && made * 1000 <= nowMillis + rules.leewayMillis();
    }

    /** Seconds since 1970, or -1 for anything that is no such number. */
    private static long seconds(byte @Nullable [] value) {
        Long number = value == null ? null : StrictJson.integer(value);
        return number == null || number < 0 || number > MAX_SECONDS ? -1 : number;
    }

    /** 1 to 128 characters without control characters; {@code $} is kept for names of the server's own. */
    private static @Nullable String identity(byte[] value) {
        String text = StrictJson.text(value);
        if (text == null || text.isEmpty() || text.length() > MAX_TEXT) {
            return null;
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' || (c >= 0x7F && c < 0xA0) || c == '$') {
                return null;
            }
        }
        return text;
    }

    /** No claim means no capability; null is one that can't be read. */
    private static @Nullable Capabilities capabilities(byte @Nullable [] cap) {
        if (cap == null) {
            return Capabilities.NONE;
        }
        Map<String, byte[]> patterns = StrictJson.members(cap, MAX_DEPTH);
        if (patterns == null || patterns.size() > MAX_PATTERNS) {
            return null;
        }
        Map<String, Set<Operation>> operations = new LinkedHashMap<>();
        for (Map.Entry<String, byte[]> each : patterns.entrySet()) {
            Set<Operation> set = operations(each.getValue());
            if (set == null || !pattern(each.getKey())) {
                return null;
            }
            operations.put(each.getKey(), set);
        }
        return Capabilities.of(operations);
    }

    /** Whether {@code limits} may say this. */
    public static boolean narrows(String name, long value) {
        return NARROWED.contains(name) && value >= 1 && value <= Integer.MAX_VALUE;
    }

    /** No claim narrows nothing; null is one that can't be read. A limit of a later version is not passed over. */
    private static @Nullable Narrowing narrowing(byte @Nullable [] limits) {
        if (limits == null) {
            return Narrowing.NONE;
        }
        Map<String, byte[]> members = StrictJson.members(limits, MAX_DEPTH);
        if (members == null) {
            return null;
        }
        int[] values = new int[NARROWED.size()];
        for (Map.Entry<String, byte[]> each : members.entrySet()) {
            Long value = StrictJson.integer(each.getValue());
            if (value == null || !narrows(each.getKey(), value)) {
                return null;
            }
            values[NARROWED.indexOf(each.getKey())] = value.intValue();
        }
        return new Narrowing(values[0], values[1], values[2], values[3], values[4], values[5]);
    }

    /** A channel's name in which {@code *} may stand too. */
    private static boolean pattern(String text) {
        // What is the server's own is granted by who one is, and by nothing else.
        return !text.startsWith("$") && ChannelName.valid(text.replace('*', '-'));
    }

    /** Operations of a later version are ignored, which grants nothing; what is no string is refused. */
    private static @Nullable Set<Operation> operations(byte[] value) {
        List<byte[]> names = StrictJson.elements(value, MAX_DEPTH);
        if (names == null || names.size() > MAX_LIST) {
            return null;
        }
        Set<Operation> set = new LinkedHashSet<>();
        for (byte[] each : names) {
            String name = StrictJson.text(each);
            if (name == null) {
                return null;
            }
            Operation operation = Operation.of(name);
            if (name.equals("*")) {
                set.addAll(List.of(Operation.values()));
            } else if (operation != null) {
                set.add(operation);
            }
        }
        return set;
    }
}
