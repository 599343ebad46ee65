// SPDX-License-Identifier: Apache-2.0
package dev.longwire.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longwire.server.LongwireServer;
import dev.longwire.server.config.AdminKey;
import dev.longwire.server.config.AdminKey.Scope;
import dev.longwire.server.config.Settings;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How webhooks are doing, from the command line. */
@Timeout(180)
final class WebhooksCommandTest {

    private static final String KEY = "canary-of-the-command-line-90cd";

    private static LongwireServer server;

    @BeforeAll
    static void start() throws Exception {
        Settings settings = new Settings();
        // Nobody may connect there, and nothing that happens here is told.
        settings.set("webhooks.backend.url", "http://127.0.0.1:1/", "test");
        settings.set("webhooks.backend.secrets", "whsec_Y2FuYXJ5LW9mLXRoZS13ZWJob29rcy1vZi10ZXN0cw==", "test");
        settings.set("webhooks.backend.events", "user.online", "test");
        server = LongwireServer.start(settings.config()
                .at("127.0.0.1", 0)
                .withDrainMillis(0)
                .withAdminKeys(List.of(new AdminKey("all", AdminKey.hashOf(KEY), Set.of(Scope.values())))));
    }

    @AfterAll
    static void stop() {
        server.stop();
    }

    private static Shell.Ran run(String... command) {
        String[] all = new String[command.length + 4];
        System.arraycopy(command, 0, all, 0, command.length);
        String[] where = {"--url", "http://127.0.0.1:" + server.port(), "--key", KEY};
        System.arraycopy(where, 0, all, command.length, where.length);
        return Shell.run("", all);
    }

    @Test
    void theyAreListedAndTriedAgain() {
        assertThat(run("webhooks").lines())
                .singleElement()
                .asString()
                .startsWith("{\"webhook\":\"backend\",\"target\":\"http://127.0.0.1:1\",\"state\":\"ok\",\"lag\":0,");
        assertThat(run("webhooks", "redeliver", "backend").lines()).containsExactly("{\"redelivered\":0}");
        assertThat(run("webhooks", "redeliver", "backend", "--after", "0").lines())
                .containsExactly("{\"redelivered\":0}");
    }

    @Test
    void whatIsWrongIsSaid() {
        Shell.Ran unknown = run("webhooks", "redeliver", "other");
        assertThat(unknown.code()).isEqualTo(Exit.FAILED);
        assertThat(unknown.err()).contains("not_found");
        assertThat(run("webhooks", "redeliver").code()).isEqualTo(Exit.USAGE);
    }
}
