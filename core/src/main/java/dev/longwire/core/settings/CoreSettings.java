// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.settings;

import dev.longwire.core.Limits;
import dev.longwire.core.Namespaces;
import dev.longwire.core.SlowPolicy;
import dev.longwire.core.access.Operation;
import dev.longwire.core.log.Retention;
import dev.longwire.core.presence.PresenceSettings;
import dev.longwire.core.rate.Rate;
import dev.longwire.core.rate.Rates;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The settings of {@code docs/configuration.md} that are the core's, whatever a home has them written in. What is not set is as in the
 * records' own defaults.
 */
public final class CoreSettings {

    /** Settings of sessions, by path. */
    public static final Set<String> OF_SESSIONS = Set.of(
            "timeouts.first_frame",
            "timeouts.ping",
            "timeouts.pong",
            "timeouts.window",
            "timeouts.poll_wait",
            "timeouts.token",
            "limits.requests",
            "limits.subscriptions",
            "limits.frame_rate",
            "limits.byte_rate",
            "limits.burst",
            "limits.channel_rate",
            "dedupe");

    /** Settings that a namespace may have of its own, by path. */
    public static final Set<String> OF_NAMESPACES = Set.of(
            "retention.age",
            "retention.count",
            "retention.bytes",
            "retention.idle",
            "slow.lag",
            "slow.action",
            "presence.grace",
            "presence.lease",
            "presence.state",
            "presence.batch_from",
            "presence.batch",
            "anonymous",
            "publish_rate");

    private static final int MAX_STATE = 16 * 1024;
    private static final int DIGITS = 9;

    /** Where settings are written. */
    public interface Values {

        /**
         * The text of a setting, or null when it has none.
         *
         * @param namespace whose it is; null for all that have none of their own
         */
        @Nullable
        String text(String path, @Nullable String namespace);

        /** What is thrown when a value is no good. */
        RuntimeException wrong(String path, @Nullable String namespace, String why);
    }

    private final Values values;

    public CoreSettings(Values values) {
        this.values = values;
    }

    /** What holds for sessions. */
    public Limits limits() {
        Limits standard = Limits.DEFAULT;
        int requests = (int) positive("limits.requests", standard.requests());
        return new Limits(
                lasting("timeouts.first_frame", standard.firstFrameMillis()),
                lasting("timeouts.ping", standard.pingMillis()),
                lasting("timeouts.pong", standard.pongMillis()),
                lasting("timeouts.window", standard.windowMillis()),
                requests,
                Math.max(requests, standard.replies()),
                (int) positive("limits.subscriptions", standard.subscriptions()),
                standard.sliceBytes(),
                lasting("dedupe", standard.dedupeMillis()),
                lasting("timeouts.poll_wait", standard.pollWaitMillis()),
                standard.pollRequests(),
                standard.answerBytes(),
                millis("timeouts.token", null, standard.graceMillis()),
                rates());
    }

    private Rates rates() {
        long burst = millis("limits.burst", null, 10_000);
        if (burst < 1_000 || burst > 600_000) {
            throw values.wrong("limits.burst", null, "must be 1s to 10m");
        }
        return new Rates(
                Rate.perSecond(count("limits.frame_rate", null, 1_000), burst),
                Rate.perSecond(Math.min(Integer.MAX_VALUE, bytes("limits.byte_rate", null, 4 << 20)), burst),
                Rate.perMinute(count("limits.channel_rate", null, 1_000)));
    }

    /**
     * What holds for channels.
     *
     * @param names of namespaces that have settings of their own
     */
    public Namespaces namespaces(Collection<String> names) {
        Map<String, Namespaces.Settings> byName = new LinkedHashMap<>();
        for (String name : names) {
            byName.put(name, namespace(name));
        }
        return new Namespaces(namespace(null), byName);
    }

    private Namespaces.Settings namespace(@Nullable String name) {
        Retention standard = Retention.DEFAULT;
        long age = millis("retention.age", name, standard.ageMillis());
        long idle = millis("retention.idle", name, standard.idleMillis());
        long length = bytes("retention.bytes", name, standard.bytes());
        if (idle < age) {
            throw values.wrong("retention.idle", name, "must be at least retention.age");
        }
        if (length < 1) {
            throw values.wrong("retention.bytes", name, "must be greater than 0");
        }
        Retention retention = new Retention(
                age, count("retention.count", name, standard.count()), (int) Math.min(Integer.MAX_VALUE, length), idle);
        Rate publishes = Rate.perSecond(count("publish_rate", name, 0), 1_000);
        SlowPolicy slow = new SlowPolicy(count("slow.lag", name, 0), action(name));
        return new Namespaces.Settings(retention, slow, presence(name), everybody(name), publishes);
    }

    private SlowPolicy.Action action(@Nullable String name) {
        String text = values.text("slow.action", name);
        return switch (text == null ? "reset" : text.trim()) {
            case "reset" -> SlowPolicy.Action.RESET;
            case "latest" -> SlowPolicy.Action.LATEST;
            case "cut" -> SlowPolicy.Action.CUT;
            default -> throw values.wrong("slow.action", name, "must be reset, latest or cut");
        };
    }

    private PresenceSettings presence(@Nullable String name) {
        PresenceSettings standard = PresenceSettings.DEFAULT;
        long lease = millis("presence.lease", name, standard.leaseMillis());
        long batch = millis("presence.batch", name, standard.batchMillis());
        int from = count("presence.batch_from", name, standard.batchFrom());
        long state = bytes("presence.state", name, standard.stateBytes());
        if (lease < 1) {
            throw values.wrong("presence.lease", name, "must be greater than 0");
        }
        if (batch < 1) {
            throw values.wrong("presence.batch", name, "must be greater than 0");
        }
        if (from < 1) {
            throw values.wrong("presence.batch_from", name, "must be greater than 0");
        }
        if (state > MAX_STATE) {
            throw values.wrong("presence.state", name, "must be at most 16KiB");
        }
        long grace = millis("presence.grace", name, standard.graceMillis());
        return new PresenceSettings(grace, lease, (int) state, from, batch);
    }

    private Set<Operation> everybody(@Nullable String namespace) {
        Set<Operation> all = new LinkedHashSet<>();
        String text = values.text("anonymous", namespace);
        StringBuilder word = new StringBuilder();
        for (char c : ((text == null ? "" : text) + " ").toCharArray()) {
            if (c != ',' && c > ' ') {
                word.append(c);
            } else if (word.length() > 0) {
                all.add(operation(word.toString(), namespace));
                word.setLength(0);
            }
        }
        return all;
    }

    private Operation operation(String word, @Nullable String namespace) {
        Operation operation = Operation.of(word);
        if (operation == null || operation == Operation.CALL) {
            throw values.wrong("anonymous", namespace, "must be of subscribe, publish, presence, enter, history");
        }
        return operation;
    }

    private long lasting(String path, long otherwise) {
        long millis = millis(path, null, otherwise);
        if (millis < 1) {
            throw values.wrong(path, null, "must be greater than 0");
        }
        return millis;
    }

    private long positive(String path, int otherwise) {
        int count = count(path, null, otherwise);
        if (count < 1) {
            throw values.wrong(path, null, "must be greater than 0");
        }
        return count;
    }

    private long millis(String path, @Nullable String namespace, long otherwise) {
        String text = values.text(path, namespace);
        return text == null
                ? otherwise
                : right(path, namespace, Quantities.millis(text.trim()), "is not a time, such as 25s");
    }

    private long bytes(String path, @Nullable String namespace, long otherwise) {
        String text = values.text(path, namespace);
        return text == null
                ? otherwise
                : right(path, namespace, Quantities.bytes(text.trim()), "is not a size, such as 64KiB");
    }

    private int count(String path, @Nullable String namespace, int otherwise) {
        String text = values.text(path, namespace);
        if (text == null) {
            return otherwise;
        }
        boolean number =
                text.length() <= DIGITS && Quantities.bytes(text) >= 0 && text.charAt(text.length() - 1) <= '9';
        return (int) right(path, namespace, number ? Quantities.bytes(text) : Quantities.WRONG, "is not a number");
    }

    private long right(String path, @Nullable String namespace, long value, String why) {
        if (value == Quantities.WRONG) {
            throw values.wrong(path, namespace, why);
        }
        return value;
    }
}
