// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.access;

import dev.longwire.core.state.StateReader;
import dev.longwire.core.state.StateWriter;
import dev.longwire.protocol.ChannelName;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The channels that the application has subscribed users to. Bounded: what there is no room for is refused, not forgotten. */
public final class Assignments {

    /** As many there are at once, of all users. */
    public static final int MOST = 100_000;

    private final Map<String, Set<String>> byUser = new LinkedHashMap<>();
    private int size;

    /** Whether a user can be subscribed to a channel: another user's own channel is nobody's to give. */
    public static boolean possible(String user, String channel) {
        String owner = ChannelName.userOf(channel);
        return !user.isEmpty() && ChannelName.valid(channel) && (owner == null || owner.equals(user));
    }

    /** False when there is no room; one that is there already is no second one. */
    public boolean add(String user, String channel) {
        if (has(user, channel)) {
            return true;
        }
        if (size >= MOST) {
            return false;
        }
        size++;
        return byUser.computeIfAbsent(user, key -> new LinkedHashSet<>(2)).add(channel);
    }

    /** Whether it was there. */
    public boolean remove(String user, String channel) {
        Set<String> channels = byUser.get(user);
        if (channels == null || !channels.remove(channel)) {
            return false;
        }
        size--;
        if (channels.isEmpty()) {
            byUser.remove(user);
        }
        return true;
    }

    public boolean has(@Nullable String user, String channel) {
        return of(user).contains(channel);
    }

    /** In the order in which they were made. */
    public Set<String> of(@Nullable String user) {
        return user == null || byUser.isEmpty() ? Set.of() : byUser.getOrDefault(user, Set.of());
    }

    public int size() {
        return size;
    }

    /** Writes everything out as plain values. */
    public void write(StateWriter out) {
        out.number(byUser.size());
        byUser.forEach((user, channels) -> {
            out.text(user);
            out.number(channels.size());
            channels.forEach(out::text);
        });
    }

    public void read(StateReader in) {
        for (int users = in.count(); users > 0; users--) {
            String user = in.text();
            for (int channels = in.count(); channels > 0; channels--) {
                add(user, in.text());
            }
        }
    }
}
