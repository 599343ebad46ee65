// SPDX-License-Identifier: Apache-2.0
package dev.longwire.conformance;

import dev.longwire.core.hook.Decision;
import dev.longwire.core.hook.Hook;
import dev.longwire.core.hook.Question;
import dev.longwire.core.hub.HubInput;
import dev.longwire.protocol.Payload;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The application's backend, by rules that a transcript can rely on: what is asked for has a name, and the words in it say
 * what comes of that. Of a connect the words are in the user's name.
 */
final class Backend {

    private static final long SLOW_MILLIS = 300;
    private static final long KEEP_MILLIS = 60_000;

    /** How often each name was asked about. */
    private final Map<String, Integer> counts = new LinkedHashMap<>();

    private final Set<String> known = new LinkedHashSet<>();
    private final List<Due> due = new ArrayList<>();

    private record Due(long atMillis, HubInput.Decided decided) {}

    void ask(Question question, long nowMillis) {
        if (!known.add(question.id())) {
            return; // once more, from a hub that was read back
        }
        String name = question.kind() == Hook.Kind.CONNECT
                ? String.valueOf(question.who().user())
                : question.what();
        String counted = question.kind().wire() + " " + name;
        int count = counts.getOrDefault(counted, 0) + 1;
        counts.put(counted, count);
        if (!name.contains("never")) {
            long at = nowMillis + (name.contains("slow") ? SLOW_MILLIS : 0);
            due.add(new Due(
                    at, new HubInput.Decided(question.session(), question.id(), decision(question, name, count))));
        }
    }

    private static Decision decision(Question question, String name, int count) {
        long keepMillis = name.contains("keep") ? KEEP_MILLIS : 0;
        if (name.contains("refuse")) {
            return new Decision.Refused(keepMillis);
        }
        if (name.contains("down")) {
            return new Decision.Failed(false, 500);
        }
        boolean once = name.contains("once") && count > 1;
        if (once) {
            return new Decision.Refused(0);
        }
        if (question.kind() == Hook.Kind.CALL) {
            String length = name.contains("long") ? ",\"long\":\"" + "x".repeat(5_000) + "\"" : "";
            return new Decision.Allowed(json("{\"count\":" + count + length + "}"), null, 0);
        }
        if (name.contains("rewrite")) {
            return new Decision.Allowed(json("\"rewritten " + count + "\""), Map.of("seen", "yes"), keepMillis);
        }
        return new Decision.Allowed(null, null, keepMillis);
    }

    private static Payload json(String text) {
        return Payload.json(text.getBytes(StandardCharsets.UTF_8));
    }

    /** A decision whose time has come, or null. */
    @Nullable
    HubInput decided(long nowMillis) {
        for (int i = 0; i < due.size(); i++) {
            if (due.get(i).atMillis <= nowMillis) {
                return due.remove(i).decided;
            }
        }
        return null;
    }

    long wakeAt() {
        long next = Long.MAX_VALUE;
        for (Due each : due) {
            next = Math.min(next, each.atMillis);
        }
        return next;
    }
}
