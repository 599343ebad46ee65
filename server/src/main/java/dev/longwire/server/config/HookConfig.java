// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.config;

import dev.longwire.core.hook.Hook;
import dev.longwire.core.settings.Quantities;
import dev.longwire.server.config.WebhookConfig.Secret;
import java.net.URI;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Somebody who is asked by requests before something is done.
 *
 * @param hook what is asked, and what becomes of it when nobody decides
 * @param url where requests go
 * @param secrets that requests are signed with, each of them; two while one takes the place of the other
 * @param allowed what need not be public
 * @param connections at once
 * @param waiting questions for which there is no connection yet; more get no decision
 */
public record HookConfig(
        Hook hook, URI url, List<Secret> secrets, PrivateTargets allowed, int connections, int waiting) {

    /** What can be set under {@code hooks.NAME}. */
    private static final Set<String> KEYS = Set.of(
            "url", "secrets", "asks", "channels", "deadline", "on_failure", "allow_private", "connections", "waiting");

    private static final long LONGEST_MILLIS = 60_000;
    private static final int MOST_CONNECTIONS = 1_000;
    private static final int MOST_WAITING = 100_000;

    public HookConfig {
        secrets = List.copyOf(secrets);
        String path = "hooks." + hook.name();
        if (!hook.name().matches("[A-Za-z0-9_-]{1,64}")) {
            throw new IllegalArgumentException(path + ": a name is 1 to 64 of A-Za-z0-9_-");
        }
        WebhookConfig.place(path, url);
        WebhookConfig.signs(path, secrets);
        if (hook.asks().isEmpty()) {
            throw new IllegalArgumentException(path + ".asks: one of connect, subscribe, publish, call is needed");
        }
        if (hook.deadlineMillis() > LONGEST_MILLIS) {
            throw new IllegalArgumentException(path + ".deadline must be 1ms to 1m");
        }
        if (connections < 1 || connections > MOST_CONNECTIONS) {
            throw new IllegalArgumentException(path + ".connections must be 1 to " + MOST_CONNECTIONS);
        }
        if (waiting < 0 || waiting > MOST_WAITING) {
            throw new IllegalArgumentException(path + ".waiting must be 0 to " + MOST_WAITING);
        }
    }

    /** Says nothing of secrets. */
    @Override
    public String toString() {
        return "HookConfig[" + hook.name() + "]";
    }

    /** Whether this can be set of a hook. */
    static boolean known(String key) {
        return KEYS.contains(key);
    }

    /** A hook as a configuration has it: values by {@link #known} names, those that are not there being standard. */
    static HookConfig of(String name, Map<String, String> values) {
        String path = "hooks." + name;
        long deadline = Quantities.millis(values.getOrDefault("deadline", "5s").trim());
        if (deadline < 1) {
            throw new IllegalArgumentException(path + ".deadline must be 1ms to 1m");
        }
        List<String> channels = WebhookConfig.list(values.getOrDefault("channels", "*"));
        Hook hook = new Hook(
                name,
                kinds(path, WebhookConfig.list(values.getOrDefault("asks", ""))),
                channels,
                deadline,
                allows(path, values.getOrDefault("on_failure", "refuse").trim()));
        return new HookConfig(
                hook,
                WebhookConfig.url(path, values.getOrDefault("url", "").trim()),
                WebhookConfig.list(values.getOrDefault("secrets", "")).stream()
                        .map(text -> WebhookConfig.secret(path, text))
                        .toList(),
                WebhookConfig.allowed(path, WebhookConfig.list(values.getOrDefault("allow_private", ""))),
                count(path + ".connections", values.getOrDefault("connections", "32")),
                count(path + ".waiting", values.getOrDefault("waiting", "1000")));
    }

    private static Set<Hook.Kind> kinds(String path, List<String> names) {
        Set<Hook.Kind> kinds = EnumSet.noneOf(Hook.Kind.class);
        for (String name : names) {
            Hook.Kind kind = Hook.Kind.of(name);
            if (kind == null) {
                throw new IllegalArgumentException(
                        path + ".asks: " + name + " is none of connect, subscribe, publish, call");
            }
            kinds.add(kind);
        }
        return kinds;
    }

    private static boolean allows(String path, String word) {
        return switch (word) {
            case "refuse" -> false;
            case "allow" -> true;
            default -> throw new IllegalArgumentException(path + ".on_failure is neither refuse nor allow");
        };
    }

    private static int count(String path, String text) {
        if (!text.trim().matches("[0-9]{1,9}")) {
            throw new IllegalArgumentException(path + " is not a whole number");
        }
        return Integer.parseInt(text.trim());
    }
}
