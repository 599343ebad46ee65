// SPDX-License-Identifier: Apache-2.0
package dev.longwire.simulation.ground;

import dev.longwire.core.Principal;
import dev.longwire.core.access.Capabilities;
import dev.longwire.core.access.Narrowing;
import dev.longwire.core.access.Operation;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A token of worlds in which tokens count: everything about some channels, until a moment.
 *
 * @param user empty for nobody
 * @param endsAt 0 for never
 */
public record Pass(String user, String id, List<String> channels, long issuedAt, long endsAt) {

    private static final String MARK = "pass|";

    /** As the client shows it. */
    public String text() {
        return MARK + user + "|" + id + "|" + String.join(",", channels) + "|" + issuedAt + "|" + endsAt;
    }

    /** What a token says; null for one of a world in which tokens are names. */
    public static @Nullable Pass read(@Nullable String token) {
        if (token == null || !token.startsWith(MARK)) {
            return null;
        }
        String[] parts = token.substring(MARK.length()).split("\\|", -1);
        List<String> channels = parts[2].isEmpty() ? List.of() : List.of(parts[2].split(","));
        return new Pass(parts[0], parts[1], channels, Long.parseLong(parts[3]), Long.parseLong(parts[4]));
    }

    public boolean allows(String channel) {
        return channels.contains(channel);
    }

    /** What a home that believes it makes of it. */
    public Principal principal() {
        Map<String, Set<Operation>> operations = new LinkedHashMap<>();
        // Presence is judged elsewhere.
        operations.put("*", new LinkedHashSet<>(List.of(Operation.PRESENCE, Operation.ENTER)));
        for (String channel : channels) {
            operations.put(channel, new LinkedHashSet<>(List.of(Operation.values())));
        }
        return new Principal(
                user.isEmpty() ? null : user, null, Capabilities.of(operations), Narrowing.NONE, id, issuedAt, endsAt);
    }
}
