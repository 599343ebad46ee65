// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.config;

import dev.longwire.core.Limits;
import dev.longwire.core.settings.CoreSettings;
import dev.longwire.core.settings.Quantities;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Values for {@link Setting settings} and where each came from. Later sources win: standard, file, environment, flags.
 *
 * <p>Everything that is wrong is an {@link IllegalArgumentException} whose message names the setting and its source.
 */
public final class Settings implements CoreSettings.Values {

    /** A value as it was written, and by whom. */
    public record Value(String text, String source) {}

    /** So that what a few members say fits into one frame. */
    private static final String NAMESPACES = "namespaces.";

    private static final String ADMIN_KEYS = "admin.keys.";
    private static final String BRIDGES = "bridges.";
    private static final String WEBHOOKS = "webhooks.";
    private static final String HOOKS = "hooks.";

    private final Map<String, Value> values = new LinkedHashMap<>();
    private final Map<String, Map<String, Value>> namespaces = new LinkedHashMap<>();
    private final Map<String, Map<String, Value>> adminKeys = new LinkedHashMap<>();
    private final Map<String, Map<String, Value>> bridges = new LinkedHashMap<>();
    private final Map<String, Map<String, Value>> webhooks = new LinkedHashMap<>();
    private final Map<String, Map<String, Value>> hooks = new LinkedHashMap<>();
    private final TokenSettings tokens = new TokenSettings();

    public Settings() {
        for (Setting setting : Setting.values()) {
            values.put(setting.path(), new Value(setting.standard(), "standard"));
        }
    }

    /** Sets a value by its path; {@code namespaces.chat.retention.age} is one of a namespace. */
    public void set(String path, String text, String source) {
        if (path.startsWith(NAMESPACES)) {
            int end = path.indexOf('.', NAMESPACES.length());
            if (end < 0) {
                throw new IllegalArgumentException(path + " (" + source + ") names no setting");
            }
            String rest = path.substring(end + 1);
            if (!known(rest, true)) {
                throw new IllegalArgumentException(path + " (" + source + ") is not a setting of namespaces");
            }
            namespaces
                    .computeIfAbsent(path.substring(NAMESPACES.length(), end), name -> new LinkedHashMap<>())
                    .put(rest, new Value(text, source));
        } else if (path.startsWith(ADMIN_KEYS)) {
            int end = path.lastIndexOf('.');
            String rest = path.substring(end + 1);
            if (end <= ADMIN_KEYS.length() || !rest.equals("hash") && !rest.equals("scopes")) {
                throw new IllegalArgumentException(path + " (" + source + ") is neither hash nor scopes of a key");
            }
            adminKeys
                    .computeIfAbsent(path.substring(ADMIN_KEYS.length(), end), name -> new LinkedHashMap<>())
                    .put(rest, new Value(text, source));
        } else if (path.startsWith(BRIDGES)) {
            int end = path.lastIndexOf('.');
            String rest = path.substring(end + 1);
            if (end <= BRIDGES.length() || !BridgeConfig.known(rest)) {
                throw new IllegalArgumentException(path + " (" + source + ") is not a setting of a bridge");
            }
            bridges.computeIfAbsent(path.substring(BRIDGES.length(), end), name -> new LinkedHashMap<>())
                    .put(rest, new Value(text, source));
        } else if (path.startsWith(WEBHOOKS)) {
            int end = path.lastIndexOf('.');
            String rest = path.substring(end + 1);
            if (end <= WEBHOOKS.length() || !WebhookConfig.known(rest)) {
                throw new IllegalArgumentException(path + " (" + source + ") is not a setting of a webhook");
            }
            webhooks.computeIfAbsent(path.substring(WEBHOOKS.length(), end), name -> new LinkedHashMap<>())
                    .put(rest, new Value(text, source));
        } else if (path.startsWith(HOOKS)) {
            int end = path.lastIndexOf('.');
            String rest = path.substring(end + 1);
            if (end <= HOOKS.length() || !HookConfig.known(rest)) {
                throw new IllegalArgumentException(path + " (" + source + ") is not a setting of a hook");
            }
            hooks.computeIfAbsent(path.substring(HOOKS.length(), end), name -> new LinkedHashMap<>())
                    .put(rest, new Value(text, source));
        } else if (path.startsWith(TokenSettings.PREFIX)) {
            if (!tokens.set(path, new Value(text, source))) {
                throw new IllegalArgumentException(path + " (" + source + ") is not a setting of tokens");
            }
        } else if (known(path, false)) {
            values.put(path, new Value(text, source));
        } else {
            throw new IllegalArgumentException(path + " (" + source + ") is not a setting");
        }
    }

    private static boolean known(String path, boolean inNamespace) {
        for (Setting setting : Setting.values()) {
            if (setting.path().equals(path) && (setting.perNamespace() || !inNamespace)) {
                return true;
            }
        }
        return false;
    }

    /** Takes what the environment has. */
    public void environment(Map<String, String> environment) {
        for (Setting setting : Setting.values()) {
            String text = environment.get(setting.variable());
            if (text != null) {
                set(setting.path(), text, setting.variable());
            }
        }
    }

    /** Everything in force, by path; of secrets only whether there is one. */
    public Map<String, Value> all() {
        Map<String, Value> all = new LinkedHashMap<>(values);
        for (Setting setting : Setting.values()) {
            if (setting.secret()) {
                all.computeIfPresent(
                        setting.path(),
                        (path, value) -> new Value(value.text.isEmpty() ? "" : "(secret)", value.source));
            }
        }
        namespaces.forEach((name, map) -> map.forEach((path, value) -> all.put(NAMESPACES + name + "." + path, value)));
        adminKeys.forEach((name, map) -> map.forEach((path, value) -> all.put(
                ADMIN_KEYS + name + "." + path, path.equals("hash") ? new Value("(secret)", value.source) : value)));
        bridges.forEach((name, map) -> map.forEach((path, value) -> all.put(BRIDGES + name + "." + path, value)));
        webhooks.forEach((name, map) -> map.forEach((path, value) -> all.put(
                WEBHOOKS + name + "." + path, path.equals("secrets") ? new Value("(secret)", value.source) : value)));
        hooks.forEach((name, map) -> map.forEach((path, value) -> all.put(
                HOOKS + name + "." + path, path.equals("secrets") ? new Value("(secret)", value.source) : value)));
        all.putAll(tokens.all());
        return all;
    }

    /** A time as people write it, such as {@code 25s}, in ms; -1 for what is none. */
    public static long time(String text) {
        return Quantities.millis(text);
    }

    /** The configuration that these values make. */
    public ServerConfig config() {
        CoreSettings core = new CoreSettings(this);
        Limits session = core.limits();
        return new ServerConfig(
                text(Setting.HOST),
                count(Setting.PORT),
                new ServerConfig.Engine(count(Setting.LOOPS), transport(), bytes(Setting.DEFLATE)),
                flag(Setting.INSECURE),
                gate(),
                network(),
                session,
                new ServerConfig.Logs(core.namespaces(namespaces.keySet()), size(Setting.LOGS)),
                millis(Setting.DRAIN),
                tls(),
                new ServerConfig.Access(
                        text(Setting.TICKET_KEY).isEmpty() ? null : text(Setting.TICKET_KEY),
                        adminKeys(),
                        tokens.issuers()),
                bridges(),
                webhooks(),
                hooks());
    }

    private List<WebhookConfig> webhooks() {
        return named(webhooks, WebhookConfig::of);
    }

    private List<HookConfig> hooks() {
        return named(hooks, HookConfig::of);
    }

    private List<BridgeConfig> bridges() {
        return named(bridges, BridgeConfig::of);
    }

    /** What is configured by name, from the texts of its settings. */
    private static <T> List<T> named(
            Map<String, Map<String, Value>> all, BiFunction<String, Map<String, String>, T> reader) {
        List<T> made = new ArrayList<>();
        all.forEach((name, values) -> {
            Map<String, String> texts = new LinkedHashMap<>();
            values.forEach((key, value) -> texts.put(key, value.text));
            made.add(reader.apply(name, texts));
        });
        return made;
    }

    private List<AdminKey> adminKeys() {
        Value none = new Value("", "standard");
        return adminKeys.entrySet().stream()
                .map(each -> AdminKey.of(
                        each.getKey(),
                        each.getValue().getOrDefault("hash", none).text,
                        each.getValue().getOrDefault("scopes", none).text))
                .toList();
    }

    private @Nullable Tls tls() {
        String certificate = text(Setting.CERTIFICATE);
        String key = text(Setting.KEY);
        if (certificate.isEmpty() != key.isEmpty()) {
            Setting missing = certificate.isEmpty() ? Setting.CERTIFICATE : Setting.KEY;
            throw wrong(missing, null, "is missing: TLS needs both files");
        }
        return certificate.isEmpty() ? null : new Tls(Path.of(certificate), Path.of(key));
    }

    private NetworkLimits network() {
        return new NetworkLimits(
                bytes(Setting.MESSAGE),
                count(Setting.FRAGMENTS),
                count(Setting.PINGS),
                bytes(Setting.UNSENT),
                bytes(Setting.REQUEST_LINE),
                bytes(Setting.HEADERS),
                bytes(Setting.BODY),
                millis(Setting.REQUEST),
                millis(Setting.MESSAGE_TIME),
                millis(Setting.IDLE),
                millis(Setting.CLOSE));
    }

    private ServerConfig.Transport transport() {
        return switch (text(Setting.TRANSPORT)) {
            case "auto" -> ServerConfig.Transport.AUTO;
            case "epoll" -> ServerConfig.Transport.EPOLL;
            case "nio" -> ServerConfig.Transport.NIO;
            default -> throw wrong(Setting.TRANSPORT, null, "must be auto, epoll or nio");
        };
    }

    private GateLimits gate() {
        return new GateLimits(
                list(Setting.ORIGINS),
                list(Setting.TRUSTED_PROXIES).stream().map(AddressRange::of).toList(),
                flag(Setting.PROXY_PROTOCOL),
                count(Setting.CONNECTIONS),
                count(Setting.CONNECTIONS_PER_ADDRESS),
                count(Setting.SESSIONS_PER_USER),
                count(Setting.CONNECTIONS_PER_SECOND));
    }

    private List<String> list(Setting setting) {
        String text = text(setting);
        return text.isBlank() ? List.of() : List.of(text.trim().split("[\\s,]+"));
    }

    @Override
    public String text(String path, @Nullable String namespace) {
        return raw(setting(path), namespace);
    }

    @Override
    public IllegalArgumentException wrong(String path, @Nullable String namespace, String why) {
        return wrong(setting(path), namespace, why);
    }

    private static Setting setting(String path) {
        for (Setting each : Setting.values()) {
            if (each.path().equals(path)) {
                return each;
            }
        }
        throw new IllegalStateException("there is no setting " + path);
    }

    private Value value(Setting setting, @Nullable String namespace) {
        Map<String, Value> own = namespace == null ? null : namespaces.get(namespace);
        Value found = own == null ? null : own.get(setting.path());
        return found == null ? Objects.requireNonNull(values.get(setting.path())) : found;
    }

    private String raw(Setting setting, @Nullable String namespace) {
        String text = value(setting, namespace).text.trim();
        boolean valid = switch (setting.kind()) {
            case TIME -> Quantities.millis(text) >= 0;
            case SIZE -> Quantities.bytes(text) >= 0;
            case COUNT -> text.matches("[0-9]{1,9}");
            case FLAG -> text.matches("true|false");
            case TEXT, LIST -> true;
        };
        if (!valid) {
            throw wrong(setting, namespace, "is not " + expected(setting.kind()));
        }
        return text;
    }

    private static String expected(Setting.Kind kind) {
        return switch (kind) {
            case TIME -> "a time such as 500ms, 25s or 2m";
            case SIZE -> "a size such as 512, 64KiB or 1MiB";
            case COUNT -> "a whole number";
            case FLAG -> "true or false";
            case TEXT, LIST -> "text";
        };
    }

    private IllegalArgumentException wrong(Setting setting, @Nullable String namespace, String why) {
        Value value = value(setting, namespace);
        String path = namespace == null ? setting.path() : NAMESPACES + namespace + "." + setting.path();
        String shown = value.text.length() > 100 ? value.text.substring(0, 100) + "…" : value.text;
        return new IllegalArgumentException(
                String.format(Locale.ROOT, "%s (%s): \"%s\" %s", path, value.source, shown, why));
    }

    private String text(Setting setting) {
        return raw(setting, null);
    }

    private boolean flag(Setting setting) {
        return text(setting).equals("true");
    }

    private int count(Setting setting) {
        return number(setting, null);
    }

    private int number(Setting setting, @Nullable String namespace) {
        return Integer.parseInt(raw(setting, namespace));
    }

    private long millis(Setting setting) {
        return Quantities.millis(text(setting));
    }

    private long size(Setting setting) {
        return Quantities.bytes(text(setting));
    }

    private int bytes(Setting setting) {
        return (int) Math.min(Integer.MAX_VALUE, size(setting));
    }
}
