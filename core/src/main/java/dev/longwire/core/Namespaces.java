// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core;

import dev.longwire.core.access.Operation;
import dev.longwire.core.log.Retention;
import dev.longwire.core.presence.PresenceName;
import dev.longwire.core.presence.PresenceSettings;
import dev.longwire.core.rate.Rate;
import dev.longwire.protocol.ChannelName;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Settings by channel name. A channel's namespace is the text before its first colon, or {@code default}; a namespace
 * that is not named here takes the defaults.
 */
public final class Namespaces {

    /**
     * The settings of a namespace.
     *
     * @param retention how long its logs keep messages
     * @param slow what happens to subscribers that fall behind
     * @param presence how long members stay, and what they may say
     * @param everybody what everybody may do there, whatever their token says and also without one
     * @param publishes messages that a channel takes, from all who publish there together; more is {@code rate_limited}
     */
    public record Settings(
            Retention retention, SlowPolicy slow, PresenceSettings presence, Set<Operation> everybody, Rate publishes) {
        public static final Settings DEFAULT = new Settings(Retention.DEFAULT, SlowPolicy.CATCH_UP);

        public Settings {
            everybody = Set.copyOf(everybody);
        }

        /** Where channels take as many messages as anybody likes. */
        public Settings(Retention retention, SlowPolicy slow, PresenceSettings presence, Set<Operation> everybody) {
            this(retention, slow, presence, everybody, Rate.UNLIMITED);
        }

        /** Where nobody may do anything without a right of their own. */
        public Settings(Retention retention, SlowPolicy slow, PresenceSettings presence) {
            this(retention, slow, presence, Set.of(), Rate.UNLIMITED);
        }

        /** With the defaults of presence, and where nobody may do anything without a right of their own. */
        public Settings(Retention retention, SlowPolicy slow) {
            this(retention, slow, PresenceSettings.DEFAULT);
        }
    }

    public static final Namespaces DEFAULT = new Namespaces(Settings.DEFAULT, Map.of());

    private final Settings defaults;
    private final Map<String, Settings> byName;
    private final long shortestAgeMillis;

    /**
     * @param defaults for every namespace that is not named
     * @param byName by the text before the first colon; channels without a colon have one too (see {@link ChannelName})
     */
    public Namespaces(Settings defaults, Map<String, Settings> byName) {
        this.defaults = defaults;
        this.byName = new LinkedHashMap<>(byName);
        long shortest = defaults.retention().ageMillis();
        for (Settings settings : byName.values()) {
            shortest = Math.min(shortest, settings.retention().ageMillis());
        }
        this.shortestAgeMillis = shortest;
    }

    /** The settings of a channel, and of its presence. */
    public Settings of(String channel) {
        return byName.isEmpty()
                ? defaults
                : byName.getOrDefault(ChannelName.namespace(PresenceName.channel(channel)), defaults);
    }

    /** How long a log keeps what it has. */
    public Retention retention(String log) {
        return PresenceName.is(log) ? PresenceSettings.CHANGES : of(log).retention();
    }

    /** What happens to a cursor on a log that falls behind. */
    public SlowPolicy slow(String log) {
        return PresenceName.is(log) ? SlowPolicy.CATCH_UP : of(log).slow();
    }

    /** Whether there is a namespace in which everybody may do something. */
    public boolean openSomewhere() {
        boolean open = !defaults.everybody().isEmpty();
        for (Settings each : byName.values()) {
            open |= !each.everybody().isEmpty();
        }
        return open;
    }

    /** The shortest age for which any namespace keeps messages. */
    public long shortestAgeMillis() {
        return shortestAgeMillis;
    }
}
