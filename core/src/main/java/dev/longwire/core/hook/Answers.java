// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.hook;

import dev.longwire.core.state.StateReader;
import dev.longwire.core.state.StateWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Decisions that hold for a while. Of users only: an anonymous session has no name that would be the same next time. There is
 * a bound; beyond it the oldest are forgotten, which costs a question.
 */
public final class Answers {

    private static final int MOST = 10_000;

    private record Key(String user, Hook.Kind kind, String what) {}

    private record Known(boolean allowed, long untilMillis) {}

    private final Map<Key, Known> known = new LinkedHashMap<>();

    /** A decision that holds, or null. */
    public @Nullable Decision find(Question question, long nowMillis) {
        String user = question.who().user();
        if (known.isEmpty() || user == null) {
            return null;
        }
        Key key = new Key(user, question.kind(), question.what());
        Known found = known.get(key);
        if (found != null && found.untilMillis <= nowMillis) {
            known.remove(key);
            found = null;
        }
        return found == null ? null : found.allowed ? Decision.Allowed.ONCE : new Decision.Refused(0);
    }

    /** Notes what holds. What was rewritten, and what a call brought, was for one time. */
    public void note(Question question, Decision decision, long nowMillis) {
        String user = question.who().user();
        long keepMillis = switch (decision) {
            case Decision.Allowed allowed ->
                allowed.data() == null && allowed.headers() == null ? allowed.keepMillis() : 0;
            case Decision.Refused refused -> refused.keepMillis();
            case Decision.Failed failed -> 0;
        };
        if (user == null || keepMillis <= 0 || question.kind() == Hook.Kind.CALL) {
            return;
        }
        Key key = new Key(user, question.kind(), question.what());
        known.remove(key);
        if (known.size() >= MOST) {
            known.remove(known.keySet().iterator().next());
        }
        known.put(key, new Known(decision instanceof Decision.Allowed, nowMillis + keepMillis));
    }

    public void write(StateWriter out, long nowMillis) {
        out.number(known.size());
        known.forEach((key, value) -> {
            out.text(key.user);
            out.number(key.kind.ordinal());
            out.text(key.what);
            out.flag(value.allowed);
            out.number(value.untilMillis - nowMillis);
        });
    }

    public void read(StateReader in, long nowMillis) {
        for (int left = in.count(); left > 0; left--) {
            Key key = new Key(in.text(), Hook.Kind.values()[in.count()], in.text());
            known.put(key, new Known(in.flag(), nowMillis + in.number()));
        }
    }

    /** Nothing that was decided of this user holds any more. */
    public void forget(String user) {
        known.keySet().removeIf(key -> key.user.equals(user));
    }
}
