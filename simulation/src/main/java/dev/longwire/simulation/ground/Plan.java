// SPDX-License-Identifier: Apache-2.0
package dev.longwire.simulation.ground;

import dev.longwire.core.Limits;
import dev.longwire.core.Namespaces;
import dev.longwire.core.SlowPolicy;
import dev.longwire.core.channel.ChannelSettings;
import dev.longwire.core.log.Retention;
import dev.longwire.core.presence.PresenceSettings;
import dev.longwire.core.rate.Rates;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What kind of world a seed makes. Each world has some of the faults only: where everything happens at once, much of it
 * hides the rest.
 *
 * @param stormMillis how long clients act and faults happen; after that everything has to come to rest
 * @param bufferBytes how many bytes a link takes from the home before it is full
 * @param encoded whether frames really become bytes on the links
 * @param presence whether clients also enter channels and observe who is there
 */
public record Plan(
        long seed,
        int hubs,
        int owners,
        int clients,
        List<String> channels,
        long stormMillis,
        int bufferBytes,
        boolean encoded,
        boolean presence,
        Limits limits,
        ChannelSettings settings,
        Set<Fault> faults,
        Set<Bug> bugs) {

    /** How long after the storm everything must be at rest. */
    public static final long CALM_MILLIS = 25_000;

    public static final long WINDOW_MILLIS = 8_000;
    public static final long PING_MILLIS = 3_000;
    public static final long PONG_MILLIS = 1_000;
    public static final long DEDUPE_MILLIS = 6_000;
    public static final long GRACE_MILLIS = 500;

    public static Plan of(long seed, Set<Bug> bugs) {
        Dice dice = new Dice(seed);
        List<String> channels = new ArrayList<>();
        int count = dice.between(1, 4);
        for (int i = 0; i < count; i++) {
            channels.add(dice.pick(List.of("room:", "slow:", "tick:", "lobby")) + i);
        }
        Set<Fault> faults = EnumSet.noneOf(Fault.class);
        int share = dice.pick(List.of(0, 20, 40, 40, 60, 60));
        for (Fault fault : Fault.values()) {
            if (!fault.rare() && dice.chance(share)) {
                faults.add(fault);
            }
        }
        if (seed % 5 == 0) {
            faults.add(Fault.TOKENS);
            faults.add(Fault.REVOKE);
        }
        if (seed % 7 == 3) {
            faults.add(Fault.HOOKS);
        }
        if (seed % 11 == 4) {
            faults.add(Fault.ASSIGN);
        }
        Limits limits = new Limits(
                1_000,
                PING_MILLIS,
                PONG_MILLIS,
                WINDOW_MILLIS,
                8,
                8,
                6,
                dice.pick(List.of(200, 500, 2_000)),
                DEDUPE_MILLIS,
                2_000,
                2,
                dice.pick(List.of(500, 4_000)),
                GRACE_MILLIS,
                Rates.UNLIMITED);
        return new Plan(
                seed,
                dice.between(1, 3),
                dice.between(1, 2),
                dice.between(2, 5),
                List.copyOf(channels),
                dice.pick(List.of(4_000, 10_000, 20_000)),
                dice.pick(List.of(500, 1_500, 10_000)),
                dice.chance(20),
                presence(seed),
                limits,
                settings(seed, dice),
                faults,
                bugs);
    }

    private static boolean presence(long seed) {
        return seed % 5 == 0;
    }

    private static PresenceSettings presenceSettings(long seed) {
        Dice dice = new Dice(seed * 17 + 5);
        return new PresenceSettings(
                dice.pick(List.of(1_000, 1_500, 3_000)),
                dice.pick(List.of(1_500, 4_000)),
                4_096,
                dice.pick(List.of(1, 2, 100)),
                dice.pick(List.of(200, 1_000)));
    }

    private static ChannelSettings settings(long seed, Dice dice) {
        PresenceSettings presence = presenceSettings(seed);
        Namespaces.Settings room = new Namespaces.Settings(retention(dice), SlowPolicy.CATCH_UP, presence);
        Namespaces.Settings slow = new Namespaces.Settings(
                retention(dice), new SlowPolicy(dice.between(1, 6), SlowPolicy.Action.RESET), presence);
        Namespaces.Settings tick = new Namespaces.Settings(
                retention(dice),
                new SlowPolicy(dice.between(1, 6), dice.pick(List.of(SlowPolicy.Action.LATEST, SlowPolicy.Action.CUT))),
                presence);
        Namespaces namespaces = new Namespaces(room, Map.of("slow", slow, "tick", tick));
        return new ChannelSettings(namespaces, DEDUPE_MILLIS, 100_000, 1_000_000, 1_000);
    }

    private static Retention retention(Dice dice) {
        long age = dice.pick(List.of(500, 3_000, 20_000));
        int bytes = dice.pick(List.of(600, 3_000, 1_000_000));
        return new Retention(age, dice.pick(List.of(0, 3, 1_000)), bytes, age + dice.between(0, 30_000));
    }
}
