// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.loop;

import dev.longwire.core.Principal;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Which loop has which session, whose it is, and how many each user has.
 *
 * <p>Threads: any.
 */
final class Homes {

    /** @param user null for nobody in particular */
    record Home(Loop loop, @Nullable String user) {}

    /** Sessions of one user at a time; 0 for any number. */
    private final int perUser;

    private final ConcurrentHashMap<String, Home> bySession = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, Integer> counts = new ConcurrentHashMap<>();

    Homes(int perUser) {
        this.perUser = perUser;
    }

    /** Where the session is, or null. */
    @Nullable
    Loop of(String session) {
        Home home = bySession.get(session);
        return home == null ? null : home.loop;
    }

    /** Where the session is, if this user may go on with it; else null. */
    @Nullable
    Loop of(String session, @Nullable String user) {
        Home home = bySession.get(session);
        return home == null || !Objects.equals(home.user, user) ? null : home.loop;
    }

    int size() {
        return bySession.size();
    }

    /** A new session begins; false, and nothing is kept, when its user has as many as this token lets a user have. */
    boolean begin(String session, Principal principal, Loop loop) {
        String user = principal.user();
        if (user != null && !count(user, principal.narrowing().sessions(perUser))) {
            return false;
        }
        bySession.put(session, new Home(loop, user));
        return true;
    }

    private boolean count(String user, int most) {
        boolean[] room = new boolean[1];
        counts.compute(user, (key, before) -> {
            int old = before == null ? 0 : before;
            room[0] = most == 0 || old < most;
            return room[0] ? Integer.valueOf(old + 1) : before;
        });
        return room[0];
    }

    /** The session is on another loop from now on. */
    void move(String session, Loop loop) {
        bySession.computeIfPresent(session, (key, home) -> new Home(loop, home.user));
    }

    /** The session has ended on this loop; one that has moved on has not. */
    void end(String session, Loop loop) {
        Home home = bySession.get(session);
        if (home != null && home.loop.equals(loop) && bySession.remove(session, home) && home.user != null) {
            counts.computeIfPresent(home.user, (key, count) -> count == 1 ? null : count - 1);
        }
    }
}
