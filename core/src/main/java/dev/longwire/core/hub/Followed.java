// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.hub;

import dev.longwire.core.presence.PresenceName;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/** A channel that a hub follows: the hub's own cursor on it, for all its sessions. */
final class Followed {

    static final long UNKNOWN = -1;

    final String name;

    /** Whether this is the log of a channel's presence, and cursors on it are observers. */
    final boolean presence;

    /** The generation of the hub's interest. */
    final long generation;

    String epoch = "";

    /** The offset of the last message the hub has passed on; {@link #UNKNOWN} until the owner has confirmed. */
    long head = UNKNOWN;

    /** Whether the hub asked for messages that a push did not bring. */
    boolean reading;

    /** Subscriptions of any state. */
    int subscribers;

    /** The live cursors by {@link Carrier.Form}; null where there never was one. */
    private final @Nullable LiveSet[] live = new @Nullable LiveSet[Carrier.forms()];

    /** Subscriptions whose position the hub has not reached yet; null while there are none. */
    @Nullable
    ArrayList<Subscription> ahead;

    Followed(String name, long generation) {
        this.name = name;
        this.presence = PresenceName.is(name);
        this.generation = generation;
    }

    LiveSet live(Carrier.Form form) {
        LiveSet set = live[form.ordinal()];
        if (set == null) {
            set = new LiveSet();
            live[form.ordinal()] = set;
        }
        return set;
    }

    /** The set, or null when there never was a live cursor of this form. */
    @Nullable
    LiveSet liveOrNull(Carrier.Form form) {
        return live[form.ordinal()];
    }
}
