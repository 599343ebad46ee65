// SPDX-License-Identifier: Apache-2.0
package dev.longwire.simulation.trace;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the application has subscribed users to, now and ever. */
final class Assigned {

    private final Map<String, Set<String>> now = new LinkedHashMap<>();
    private final Map<String, Set<String>> ever = new LinkedHashMap<>();

    void assigned(String user, String channel, boolean begins) {
        Set<String> channels = now.computeIfAbsent(user, key -> new LinkedHashSet<>());
        if (begins) {
            channels.add(channel);
            ever.computeIfAbsent(user, key -> new LinkedHashSet<>()).add(channel);
        } else {
            channels.remove(channel);
        }
    }

    Set<String> now(@Nullable String user) {
        return of(now, user);
    }

    /** A word to a hub takes its time, so what was once so may be so there for a while. */
    Set<String> ever(@Nullable String user) {
        return of(ever, user);
    }

    private static Set<String> of(Map<String, Set<String>> all, @Nullable String user) {
        return user == null ? Set.of() : all.getOrDefault(user, Set.of());
    }
}
