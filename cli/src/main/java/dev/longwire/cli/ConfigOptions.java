// SPDX-License-Identifier: Apache-2.0
package dev.longwire.cli;

import dev.longwire.server.config.ConfigFile;
import dev.longwire.server.config.Setting;
import dev.longwire.server.config.Settings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The flags with which a server is configured. They win over the environment, and that over a file. */
final class ConfigOptions {

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "Configuration file (YAML); see docs/configuration.md.")
    private @Nullable Path file;

    @Option(
            names = "--set",
            paramLabel = "PATH=VALUE",
            description = "Any setting by its path in the file, such as timeouts.ping=10s; repeatable.")
    private Map<String, String> sets = new LinkedHashMap<>();

    @Option(names = "--host", description = "Address to bind to. Default: 127.0.0.1.")
    private @Nullable String host;

    @Option(names = "--port", description = "Port; 0 for any free one. Default: 8000.")
    private @Nullable String port;

    @Option(names = "--loops", description = "Event loops; 0 for one per processor. Default: 0.")
    private @Nullable String loops;

    @Option(names = "--transport", description = "auto, epoll or nio. Default: auto.")
    private @Nullable String transport;

    @Option(
            names = "--origin",
            description =
                    "Origin of pages that may connect, exactly as browsers send it; repeatable. Default: the server's own.")
    private List<String> origins = List.of();

    @Option(
            names = "--insecure",
            description = "Serve other machines without authentication, and any Host. For networks you trust.")
    private boolean insecure;

    /** What is in force. */
    Settings settings() throws IOException {
        Settings settings = new Settings();
        if (file != null) {
            ConfigFile.read(file, settings);
        }
        settings.environment(System.getenv());
        sets.forEach((path, value) -> settings.set(path, value, "--set"));
        flag(settings, Setting.HOST, host, "--host");
        flag(settings, Setting.PORT, port, "--port");
        flag(settings, Setting.LOOPS, loops, "--loops");
        flag(settings, Setting.TRANSPORT, transport, "--transport");
        flag(settings, Setting.ORIGINS, origins.isEmpty() ? null : String.join(",", origins), "--origin");
        flag(settings, Setting.INSECURE, insecure ? "true" : null, "--insecure");
        return settings;
    }

    private static void flag(Settings settings, Setting setting, @Nullable String value, String source) {
        if (value != null) {
            settings.set(setting.path(), value, source);
        }
    }
}
