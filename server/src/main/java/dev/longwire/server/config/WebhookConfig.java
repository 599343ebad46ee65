// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.config;

import dev.longwire.core.event.EventType;
import dev.longwire.core.settings.Quantities;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Somebody who is told of events by requests.
 *
 * @param name in lists and metrics
 * @param url where requests go
 * @param secrets that requests are signed with, each of them; two while one takes the place of the other
 * @param events what it is told of
 * @param channels names, or {@code chat:*} for all that begin so; empty for any. What happens in no channel is not asked
 * @param allowed what need not be public
 * @param batch events of one request, at most
 * @param pace times
 */
public record WebhookConfig(
        String name,
        URI url,
        List<Secret> secrets,
        Set<EventType> events,
        List<String> channels,
        PrivateTargets allowed,
        int batch,
        Pace pace) {

    /** What can be set under {@code webhooks.NAME}. */
    private static final Set<String> KEYS =
            Set.of("url", "secrets", "events", "channels", "allow_private", "batch", "timeout", "retry", "retry_most");

    /** As the Standard Webhooks have it. */
    private static final int SHORTEST_SECRET = 24;

    private static final int LONGEST_SECRET = 64;
    private static final String SECRET_PREFIX = "whsec_";
    private static final int MOST_BATCH = 1_000;
    private static final long LONGEST_MILLIS = 3_600_000;

    /**
     * How long things take.
     *
     * @param timeoutMillis for a request and its answer
     * @param retryMillis before a second attempt, at most; twice as long before each further one
     * @param retryMostMillis between two attempts, at most
     */
    public record Pace(long timeoutMillis, long retryMillis, long retryMostMillis) {}

    /** A key that receivers have too. */
    public record Secret(byte[] bytes) {
        /** Nothing that would be a secret in a log. */
        @Override
        public String toString() {
            return "Secret";
        }
    }

    public WebhookConfig {
        secrets = List.copyOf(secrets);
        events = Set.copyOf(events);
        channels = List.copyOf(channels);
        String path = "webhooks." + name;
        if (!name.matches("[A-Za-z0-9_-]{1,64}")) {
            throw new IllegalArgumentException(path + ": a name is 1 to 64 of A-Za-z0-9_-");
        }
        place(path, url);
        signs(path, secrets);
        if (batch < 1 || batch > MOST_BATCH) {
            throw new IllegalArgumentException(path + ".batch must be 1 to " + MOST_BATCH);
        }
        within(path + ".timeout", pace.timeoutMillis);
        within(path + ".retry", pace.retryMillis);
        within(path + ".retry_most", pace.retryMostMillis);
    }

    /** Whether requests can go there. */
    static void place(String path, URI url) {
        boolean http = "http".equalsIgnoreCase(url.getScheme()) || "https".equalsIgnoreCase(url.getScheme());
        if (!http
                || url.getHost() == null
                || url.getRawUserInfo() != null
                || url.getRawFragment() != null
                || url.getPort() == 0
                || url.getPort() > 65_535) {
            throw new IllegalArgumentException(path + ".url must be an http: or https: URL with a host and no user");
        }
    }

    /** Whether requests can be signed with these. */
    static void signs(String path, List<Secret> secrets) {
        if (secrets.isEmpty() || secrets.size() > 2) {
            throw new IllegalArgumentException(path + ".secrets: one is needed, two while they change");
        }
        for (Secret each : secrets) {
            if (each.bytes.length < SHORTEST_SECRET || each.bytes.length > LONGEST_SECRET) {
                throw new IllegalArgumentException(path + ".secrets: whsec_ and 24 to 64 bytes in base64");
            }
        }
    }

    private static void within(String path, long millis) {
        if (millis < 1 || millis > LONGEST_MILLIS) {
            throw new IllegalArgumentException(path + " must be 1ms to 1h");
        }
    }

    /** Says nothing of secrets. */
    @Override
    public String toString() {
        return "WebhookConfig[" + name + "]";
    }

    /** Whether this can be set of a webhook. */
    static boolean known(String key) {
        return KEYS.contains(key);
    }

    /** A webhook as a configuration has it: values by {@link #known} names, those that are not there being standard. */
    static WebhookConfig of(String name, Map<String, String> values) {
        String path = "webhooks." + name;
        String batch = values.getOrDefault("batch", "100").trim();
        if (!batch.matches("[0-9]{1,9}")) {
            throw new IllegalArgumentException(path + ".batch is not a whole number");
        }
        return new WebhookConfig(
                name,
                url(path, values.getOrDefault("url", "").trim()),
                list(values.getOrDefault("secrets", "")).stream()
                        .map(text -> secret(path, text))
                        .toList(),
                events(path, list(values.getOrDefault("events", ""))),
                channels(path, list(values.getOrDefault("channels", ""))),
                allowed(path, list(values.getOrDefault("allow_private", ""))),
                Integer.parseInt(batch),
                new Pace(
                        Quantities.millis(values.getOrDefault("timeout", "15s").trim()),
                        Quantities.millis(values.getOrDefault("retry", "1s").trim()),
                        Quantities.millis(
                                values.getOrDefault("retry_most", "5m").trim())));
    }

    static URI url(String path, String text) {
        try {
            return new URI(text);
        } catch (URISyntaxException wrong) {
            throw new IllegalArgumentException(path + ".url is not a URL", wrong);
        }
    }

    static Secret secret(String path, String text) {
        try {
            boolean prefixed = text.startsWith(SECRET_PREFIX);
            return new Secret(Base64.getDecoder().decode(prefixed ? text.substring(SECRET_PREFIX.length()) : text));
        } catch (IllegalArgumentException wrong) {
            // Without what was wrong: that would be a part of a secret.
            throw new IllegalArgumentException(path + ".secrets: whsec_ and 24 to 64 bytes in base64");
        }
    }

    private static Set<EventType> events(String path, List<String> names) {
        if (names.isEmpty()) {
            return EnumSet.complementOf(EnumSet.of(EventType.MESSAGE_PUBLISHED));
        }
        Set<EventType> all = EnumSet.noneOf(EventType.class);
        for (String name : names) {
            List<EventType> fits = new ArrayList<>();
            for (EventType each : EventType.values()) {
                if (matches(name, each.label())) {
                    fits.add(each);
                }
            }
            if (fits.isEmpty()) {
                throw new IllegalArgumentException(path + ".events: " + name + " is no type of event");
            }
            all.addAll(fits);
        }
        return all;
    }

    private static List<String> channels(String path, List<String> patterns) {
        for (String each : patterns) {
            if (each.indexOf('*') >= 0 && each.indexOf('*') < each.length() - 1) {
                throw new IllegalArgumentException(path + ".channels: " + each + " may have a * at its end only");
            }
        }
        return patterns;
    }

    static PrivateTargets allowed(String path, List<String> texts) {
        try {
            return PrivateTargets.of(texts);
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException(path + ".allow_private: " + wrong.getMessage(), wrong);
        }
    }

    /** Whether it is told of what happens in the channel. */
    public boolean covers(String channel) {
        return channels.isEmpty() || channels.stream().anyMatch(pattern -> matches(pattern, channel));
    }

    private static boolean matches(String pattern, String name) {
        return pattern.endsWith("*")
                ? name.startsWith(pattern.substring(0, pattern.length() - 1))
                : name.equals(pattern);
    }

    static List<String> list(String text) {
        return text.isBlank() ? List.of() : List.of(text.trim().split("[\\s,]+"));
    }
}
