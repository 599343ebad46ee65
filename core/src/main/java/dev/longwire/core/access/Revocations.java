// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.access;

import dev.longwire.core.Principal;
import dev.longwire.core.state.StateReader;
import dev.longwire.core.state.StateWriter;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Which genuine tokens are refused because they were revoked, for as long as each was to be remembered. A user's are
 * those made up to that moment; one that doesn't say when it was made counts as older.
 */
public final class Revocations {

    /** As many are remembered; see {@link #full}. */
    public static final int MOST = 10_000;

    /** @param untilMillis by the caller's clock */
    private record Entry(long atMillis, long untilMillis) {}

    private final Map<String, Entry> users = new LinkedHashMap<>();
    private final Map<String, Entry> tokens = new LinkedHashMap<>();

    /** Whether no more can be remembered; none that still counts is forgotten for a new one. */
    public boolean full(long nowMillis) {
        if (size() < MOST) {
            return false;
        }
        users.values().removeIf(entry -> entry.untilMillis <= nowMillis);
        tokens.values().removeIf(entry -> entry.untilMillis <= nowMillis);
        return size() >= MOST;
    }

    public int size() {
        return users.size() + tokens.size();
    }

    /** Remembers one, unless there are too many. */
    public void add(Revocation revocation, long nowMillis) {
        Map<String, Entry> map = of(revocation.kind());
        Entry before = map.get(revocation.name());
        if (before == null && full(nowMillis)) {
            return;
        }
        long at = revocation.atMillis();
        long until = nowMillis + revocation.lastsMillis();
        map.put(
                revocation.name(),
                before == null
                        ? new Entry(at, until)
                        : new Entry(Math.max(at, before.atMillis), Math.max(until, before.untilMillis)));
    }

    /** Whether what made somebody this principal has been revoked. */
    public boolean refuse(Principal principal, long nowMillis) {
        Entry token = principal.tokenId() == null ? null : tokens.get(principal.tokenId());
        if (token != null && token.untilMillis > nowMillis) {
            return true;
        }
        Entry user = principal.user() == null ? null : users.get(principal.user());
        return user != null && user.untilMillis > nowMillis && principal.issuedAtMillis() <= user.atMillis;
    }

    private Map<String, Entry> of(Revocation.Kind kind) {
        return switch (kind) {
            case USER -> users;
            case TOKEN -> tokens;
        };
    }

    /** Writes everything out as plain values. */
    public void write(StateWriter out, long nowMillis) {
        write(out, users, nowMillis);
        write(out, tokens, nowMillis);
    }

    private static void write(StateWriter out, Map<String, Entry> map, long nowMillis) {
        out.number(map.size());
        map.forEach((name, entry) -> {
            out.text(name);
            out.number(entry.atMillis);
            out.number(entry.untilMillis - nowMillis);
        });
    }

    public void read(StateReader in, long nowMillis) {
        read(in, users, nowMillis);
        read(in, tokens, nowMillis);
    }

    private static void read(StateReader in, Map<String, Entry> map, long nowMillis) {
        for (int left = in.count(); left > 0; left--) {
            String name = in.text();
            map.put(name, new Entry(in.number(), nowMillis + in.number()));
        }
    }
}
