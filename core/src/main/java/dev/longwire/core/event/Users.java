// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.event;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who is online: every user with a session, wherever in the server it is, with a carrier or waiting for one. It is known
 * from what is told of sessions, so whoever merges the events of several hubs asks here, in the order of their log.
 */
public final class Users {

    private final Map<String, Integer> sessions = new HashMap<>();
    private long version;

    /**
     * What an event makes of its user, or null when that is nothing new.
     *
     * @param wallMillis versions begin above it, so that those of a server's next life are higher, as far as its clock is
     *     right
     */
    public @Nullable Event after(Event event, long wallMillis) {
        String user = event.user();
        if (user == null) {
            return null;
        }
        if (event instanceof Event.SessionOpened) {
            return sessions.merge(user, 1, Integer::sum) == 1 ? new Event.UserOnline(user, next(wallMillis)) : null;
        }
        if (event instanceof Event.SessionClosed) {
            Integer left = sessions.computeIfPresent(user, (name, count) -> count > 1 ? count - 1 : null);
            return left == null ? new Event.UserOffline(user, next(wallMillis)) : null;
        }
        return null;
    }

    private long next(long wallMillis) {
        version = Math.max(version + 1, wallMillis);
        return version;
    }

    /** How many users are online. */
    public int count() {
        return sessions.size();
    }
}
