// SPDX-License-Identifier: Apache-2.0
package dev.longwire.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longwire.faults.Carriage;
import dev.longwire.faults.Direction;
import dev.longwire.faults.Fault;
import dev.longwire.faults.FaultProxy;
import dev.longwire.faults.Rule;
import dev.longwire.server.LongwireServer;
import dev.longwire.server.config.ServerConfig;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the doctor says of servers that are well, and of what stands in front of them. */
@Timeout(180)
final class DoctorCommandTest {

    private static final ServerConfig CONFIG =
            ServerConfig.DEFAULT.at("127.0.0.1", 0).withDrainMillis(0);

    @TempDir
    private Path folder;

    /** The result of each check. */
    private static Map<String, String> results(Shell.Ran ran) {
        Map<String, String> results = new TreeMap<>();
        for (String line : ran.lines()) {
            String[] words = line.split(" +", 3);
            results.put(words[1], words[0]);
        }
        return results;
    }

    private static String url(int port) {
        return "http://127.0.0.1:" + port + "/";
    }

    @Test
    void aServerThatIsWell() throws Exception {
        try (LongwireServer server = LongwireServer.start(CONFIG)) {
            Shell.Ran ran = Shell.run("", "doctor", "--idle", "1", url(server.port()));
            assertThat(ran.code()).as(ran.out() + ran.err()).isZero();
            assertThat(results(ran))
                    .containsExactlyInAnyOrderEntriesOf(Map.of(
                            "health",
                            "ok",
                            "tls",
                            "skip",
                            "origin",
                            "ok",
                            "admin",
                            "ok",
                            "websocket",
                            "ok",
                            "idle",
                            "ok",
                            "polling",
                            "ok",
                            "stream",
                            "ok"));
            Shell.Ran json = Shell.run("", "doctor", "--json", url(server.port()));
            assertThat(json.lines().get(1)).isEqualTo("{\"check\":\"health\",\"result\":\"ok\",\"text\":\"ready\"}");
            assertThat(json.lines()).hasSize(8);
        }
    }

    @Test
    void aServerThatWantsTokens() throws Exception {
        String config = folder.resolve("longwire.yaml").toString();
        assertThat(Shell.run("", "keygen", config).code()).isZero();
        String token = Shell.run(
                        "", "token", "--config", config, "--user", "doc", "--cap", "a=subscribe", "--ttl", "1h")
                .out()
                .strip();
        try (LongwireServer server = LongwireServer.start(
                TokenCommand.read(Path.of(config)).at("127.0.0.1", 0).withDrainMillis(0))) {
            Shell.Ran without = Shell.run("", "doctor", url(server.port()));
            assertThat(without.code()).as(without.out()).isZero();
            assertThat(results(without)).containsEntry("admin", "ok").containsEntry("stream", "skip");
            Shell.Ran with = Shell.run("", "doctor", "--token", token, url(server.port()));
            assertThat(results(with)).containsEntry("stream", "ok").containsEntry("polling", "ok");
            assertThat(with.out() + with.err()).doesNotContain(token);
        }
    }

    @Test
    void whatStandsInBetweenIsSeen() throws Exception {
        try (LongwireServer server = LongwireServer.start(CONFIG);
                FaultProxy proxy =
                        FaultProxy.start(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()))) {
            proxy.rule(Rule.onUpgrade().then(new Fault.Refuse(403)));
            proxy.rule(Rule.on(Direction.DOWN, "connected")
                    .over(Carriage.STREAM)
                    .every(1)
                    .then(new Fault.HalfOpen()));
            Shell.Ran ran = Shell.run("", "doctor", "--timeout", "3", url(proxy.port()));
            assertThat(ran.code()).as(ran.out() + ran.err()).isZero();
            assertThat(results(ran))
                    .containsEntry("websocket", "warn")
                    .containsEntry("stream", "warn")
                    .containsEntry("polling", "ok")
                    .doesNotContainKey("idle");
            assertThat(ran.out()).contains("answered 403: clients will poll", "held back on the way");
        }
    }

    @Test
    void whatCanNotBeLookedAt() {
        assertThat(Shell.run("", "doctor", "http://127.0.0.1:1").code()).isEqualTo(Exit.UNREACHABLE);
        assertThat(Shell.run("", "doctor", "ws://127.0.0.1:1").code()).isEqualTo(Exit.USAGE);
        assertThat(Shell.run("", "doctor", "--idle", "-1", "http://127.0.0.1:1").code())
                .isEqualTo(Exit.USAGE);
    }
}
