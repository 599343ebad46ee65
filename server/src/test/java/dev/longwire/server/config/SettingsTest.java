// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.longwire.core.Limits;
import dev.longwire.core.Namespaces;
import dev.longwire.core.SlowPolicy;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {

    @TempDir
    private Path folder = Path.of("");

    @Test
    void theStandardValuesAreTheRecordsOwn() {
        ServerConfig config = new Settings().config();
        assertThat(config.session()).isEqualTo(Limits.DEFAULT);
        assertThat(config.network()).isEqualTo(NetworkLimits.DEFAULT);
        assertThat(config.namespaces().of("any")).isEqualTo(Namespaces.Settings.DEFAULT);
        assertThat(config.port()).isEqualTo(ServerConfig.DEFAULT.port());
        assertThat(config.drainMillis()).isEqualTo(ServerConfig.DEFAULT.drainMillis());
    }

    @Test
    void flagsWinOverTheEnvironmentAndThatOverTheFile() throws IOException {
        Settings settings = new Settings();
        ConfigFile.read(file("port: 1\ntimeouts: {ping: 1s, pong: 2s}\n"), settings);
        settings.environment(Map.of("LONGWIRE_PORT", "2", "LONGWIRE_TIMEOUTS_PING", "3s"));
        settings.set("port", "3", "--port");
        assertThat(settings.config().port()).isEqualTo(3);
        assertThat(settings.config().session().pingMillis()).isEqualTo(3_000);
        assertThat(settings.config().session().pongMillis()).isEqualTo(2_000);
        assertThat(settings.all().get("timeouts.ping")).isEqualTo(new Settings.Value("3s", "LONGWIRE_TIMEOUTS_PING"));
    }

    @Test
    void aBridgeIsWhatStandsUnderItsName() throws IOException {
        Settings settings = new Settings();
        ConfigFile.read(
                file(
                        "bridges: {chat: {url: 'ws://127.0.0.1:9/s', origins: ['https://a.example'], headers: [cookie]}}\n"),
                settings);
        settings.set("bridges.chat.window", "5s", "--set");
        assertThat(settings.config().bridges())
                .containsExactly(new BridgeConfig(
                        "chat",
                        URI.create("ws://127.0.0.1:9/s"),
                        List.of("https://a.example"),
                        List.of(),
                        List.of("cookie"),
                        5_000,
                        1 << 20,
                        1_000,
                        false));
        assertThat(settings.all()).containsKey("bridges.chat.url");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bridges.chat.url=http://127.0.0.1/",
                "bridges.chat.url=ws://user@127.0.0.1/",
                "bridges.chat.url=/path",
                "bridges.chat.headers=host",
                "bridges.chat.headers=sec-websocket-key",
                "bridges.chat.sessions=0",
                "bridges.chat.anonymous=perhaps",
                "bridges.chat.message=1GiB",
                "bridges.chat.window=soon",
                "bridges.chat.subprotocols=a(b",
                "bridges.a b.window=1s"
            })
    void aBridgeThatMakesNoSenseStopsTheStart(String setting) {
        Settings settings = new Settings();
        settings.set("bridges.chat.url", "ws://127.0.0.1:9/", "--set");
        int end = setting.indexOf('=');
        settings.set(setting.substring(0, end), setting.substring(end + 1), "--set");
        assertThatThrownBy(settings::config)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("bridges.");
        assertThatThrownBy(() -> settings.set("bridges.chat.upstream", "x", "--set"))
                .hasMessage("bridges.chat.upstream (--set) is not a setting of a bridge");
    }

    @Test
    void aNamespaceTakesWhatItDoesNotSetFromTheDefaults() throws IOException {
        Settings settings = new Settings();
        ConfigFile.read(
                file(
                        "retention: {count: 7}\nnamespaces: {cursors: {retention: {age: 5s}, slow: {lag: 9, action: cut}}}\n"),
                settings);
        Namespaces namespaces = settings.config().namespaces();
        assertThat(namespaces.of("cursors:1").retention().ageMillis()).isEqualTo(5_000);
        assertThat(namespaces.of("cursors:1").retention().count()).isEqualTo(7);
        assertThat(namespaces.of("cursors:1").slow()).isEqualTo(new SlowPolicy(9, SlowPolicy.Action.CUT));
        assertThat(namespaces.of("chat:1").retention().ageMillis()).isEqualTo(120_000);
        assertThat(namespaces.of("chat:1").slow()).isEqualTo(SlowPolicy.CATCH_UP);
    }

    @Test
    void whatIsWrongIsNamedWithItsSource() {
        wrong("timeouts:\n  ping: soon\n", "timeouts.ping", "\"soon\" is not a time");
        wrong("timeouts: {pnig: 1s}\n", "timeouts.pnig", "is not a setting");
        wrong("namespaces: {chat: {port: 1}}\n", "namespaces.chat.port", "is not a setting of namespaces");
        wrong("limits: {message: 64 pounds}\n", "limits.message", "is not a size");
        wrong("slow: {action: explode}\n", "slow.action", "must be reset, latest or cut");
        wrong("port: 1\nport: 2\n", "line 2", "duplicate");
        wrong("- 1\n", "a configuration is a map", "");
        wrong("port: 70000\n", "port", "65535");
    }

    private void wrong(String yaml, String names, String says) {
        assertThatThrownBy(() -> {
                    Settings settings = new Settings();
                    ConfigFile.read(file(yaml), settings);
                    settings.config();
                })
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(names)
                .hasMessageContaining(says);
    }

    @Test
    void secretsAreInForceAndNotShown() {
        String canary = "canary-canary-canary-canary-canary";
        Settings settings = new Settings();
        settings.set("tickets.key", canary, "--set");
        assertThat(settings.config().ticketKey()).isEqualTo(canary);
        assertThat(settings.all().toString()).doesNotContain(canary).contains("(secret)");
        assertThat(settings.config().toString()).doesNotContain(canary);
        settings.set("tickets.key", "short", "--set");
        assertThatThrownBy(settings::config).hasMessageContaining("32").hasMessageNotContaining("short");
    }

    @Test
    void administratorsKeysAreHashesWithScopes() throws IOException {
        String hash = AdminKey.hashOf("canary-key");
        Settings settings = new Settings();
        ConfigFile.read(file("admin: {keys: {ops.eu: {hash: '" + hash + "', scopes: [read, close]}}}\n"), settings);
        assertThat(settings.config().adminKeys())
                .containsExactly(new AdminKey("ops.eu", hash, Set.of(AdminKey.Scope.READ, AdminKey.Scope.CLOSE)));
        assertThat(settings.all().toString()).doesNotContain(hash).contains("admin.keys.ops.eu.scopes");
        assertThat(settings.config().adminKeys().toString()).doesNotContain(hash);
        wrong("admin: {keys: {a: {hash: canary-key, scopes: read}}}\n", "admin.keys.a.hash", "sha256:");
        wrong("admin: {keys: {a: {hash: '" + hash + "'}}}\n", "admin.keys.a.scopes", "must");
        wrong("admin: {keys: {a: {hash: '" + hash + "', scopes: all}}}\n", "admin.keys.a.scopes", "revoke");
        wrong("admin: {keys: {a: canary-key}}\n", "admin.keys.a", "neither");
    }

    @Test
    void theDocumentsListEverySettingAsItIs() throws IOException {
        String page = Files.readString(Path.of("..", "docs", "configuration.md"));
        for (Setting setting : Setting.values()) {
            assertThat(page).contains(row(setting));
        }
    }

    private static String row(Setting setting) {
        String standard = setting.standard().isEmpty() ? "" : "`" + setting.standard() + "`";
        return "| `" + setting.path() + "` | " + standard + " | " + setting.meaning() + " |";
    }

    private Path file(String yaml) throws IOException {
        Path file = folder.resolve("longwire.yaml");
        Files.writeString(file, yaml);
        return file;
    }
}
