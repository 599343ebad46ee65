// SPDX-License-Identifier: Apache-2.0
package dev.longwire.conformance;

import dev.longwire.core.Limits;
import dev.longwire.core.Namespaces;
import dev.longwire.core.SlowPolicy;
import dev.longwire.core.channel.ChannelSettings;
import dev.longwire.core.hook.Hook;
import dev.longwire.core.hook.Hooks;
import dev.longwire.core.log.Retention;
import dev.longwire.core.presence.PresenceSettings;
import dev.longwire.core.rate.Rate;
import dev.longwire.core.rate.Rates;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The defaults with a transcript's own values in their place. */
final class Settings {

    private final Map<String, Long> values;

    private Settings(Map<String, Long> values) {
        this.values = new LinkedHashMap<>(values);
    }

    /** The limits, the settings by channel, those of the channels' owner, and who is asked first. */
    record Chosen(Limits limits, Namespaces namespaces, ChannelSettings channels, Hooks hooks) {}

    static Chosen choose(Map<String, Long> values) {
        Settings settings = new Settings(values);
        Limits limits = settings.limits();
        Namespaces namespaces = settings.namespaces();
        ChannelSettings channels = settings.channels(namespaces, limits.dedupeMillis());
        Hooks hooks = settings.hooks();
        if (!settings.values.isEmpty()) {
            throw new TranscriptException("no such headers: " + settings.values.keySet());
        }
        return new Chosen(limits, namespaces, channels, hooks);
    }

    private Limits limits() {
        Limits standard = Limits.DEFAULT;
        return new Limits(
                take("firstFrameMillis", standard.firstFrameMillis()),
                take("pingMillis", standard.pingMillis()),
                take("pongMillis", standard.pongMillis()),
                take("windowMillis", standard.windowMillis()),
                (int) take("requests", standard.requests()),
                (int) take("replies", standard.replies()),
                (int) take("subscriptions", standard.subscriptions()),
                (int) take("sliceBytes", standard.sliceBytes()),
                take("dedupeMillis", standard.dedupeMillis()),
                take("pollWaitMillis", standard.pollWaitMillis()),
                (int) take("pollRequests", standard.pollRequests()),
                (int) take("answerBytes", standard.answerBytes()),
                take("graceMillis", standard.graceMillis()),
                rates(standard.rates()));
    }

    private Rates rates(Rates standard) {
        return new Rates(
                rate("frame", standard.frames()), rate("byte", standard.bytes()), rate("channel", standard.channels()));
    }

    private Rate rate(String what, Rate standard) {
        return new Rate(
                take(what + "Rate", standard.amount()),
                take(what + "Millis", standard.perMillis()),
                take(what + "Burst", standard.burst()));
    }

    private Namespaces namespaces() {
        Namespaces.Settings standard = Namespaces.Settings.DEFAULT;
        Retention retention = standard.retention();
        Retention chosen = new Retention(
                take("ageMillis", retention.ageMillis()),
                (int) take("count", retention.count()),
                (int) take("bytes", retention.bytes()),
                take("idleMillis", retention.idleMillis()));
        int action = (int) take("slow", standard.slow().action().ordinal());
        SlowPolicy slow =
                new SlowPolicy(take("lagMessages", standard.slow().lagMessages()), SlowPolicy.Action.values()[action]);
        Rate publishes = rate("publish", standard.publishes());
        return new Namespaces(new Namespaces.Settings(chosen, slow, presence(), Set.of(), publishes), Map.of());
    }

    private PresenceSettings presence() {
        PresenceSettings standard = PresenceSettings.DEFAULT;
        return new PresenceSettings(
                take("graceMillis", standard.graceMillis()),
                take("leaseMillis", standard.leaseMillis()),
                (int) take("stateBytes", standard.stateBytes()),
                (int) take("batchFrom", standard.batchFrom()),
                take("batchMillis", standard.batchMillis()));
    }

    private ChannelSettings channels(Namespaces namespaces, long dedupeMillis) {
        ChannelSettings standard = ChannelSettings.DEFAULT;
        return new ChannelSettings(
                namespaces,
                dedupeMillis,
                (int) take("dedupeEntries", standard.dedupeEntries()),
                take("budgetBytes", standard.budgetBytes()),
                take("spareMillis", standard.spareMillis()));
    }

    /** With {@code hookMillis} the backend is asked about whatever is called so; with {@code hookConnects} about connects. */
    private Hooks hooks() {
        boolean asks = values.containsKey("hookMillis");
        boolean allows = take("hookAllows", 0) == 1;
        boolean connects = take("hookConnects", 0) == 1;
        long millis = take("hookMillis", 1);
        List<String> patterns = List.of("asked:*", "asked.*");
        Set<Hook.Kind> kinds = connects
                ? Set.of(Hook.Kind.CONNECT, Hook.Kind.SUBSCRIBE, Hook.Kind.PUBLISH, Hook.Kind.CALL)
                : Set.of(Hook.Kind.SUBSCRIBE, Hook.Kind.PUBLISH, Hook.Kind.CALL);
        return asks ? new Hooks(List.of(new Hook("backend", kinds, patterns, millis, allows))) : Hooks.NONE;
    }

    private long take(String name, long standard) {
        Long value = values.remove(name);
        return value == null ? standard : value;
    }
}
