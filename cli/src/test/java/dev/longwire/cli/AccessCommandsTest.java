// SPDX-License-Identifier: Apache-2.0
package dev.longwire.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longwire.server.LongwireServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** From nothing to a server with accounts, by the command line alone. */
@Timeout(180)
final class AccessCommandsTest {

    @TempDir
    private Path folder;

    private String config() {
        return folder.resolve("longwire.yaml").toString();
    }

    private String token(String... more) {
        String[] args = new String[more.length + 3];
        args[0] = "token";
        args[1] = "--config";
        args[2] = config();
        System.arraycopy(more, 0, args, 3, more.length);
        Shell.Ran ran = Shell.run("", args);
        assertThat(ran.code()).as(ran.err()).isZero();
        return ran.out().strip();
    }

    @Test
    void freshKeysAreTheOwnersAloneAndAreNotWrittenOver() throws Exception {
        Shell.Ran first = Shell.run("", "keygen", config());
        assertThat(first.code()).as(first.err()).isZero();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(Path.of(config()))))
                .isEqualTo("rw-------");
        String written = Files.readString(Path.of(config()));
        assertThat(written).doesNotContain(first.out().strip());
        assertThat(Shell.run("", "keygen", config()).code()).isEqualTo(Exit.USAGE);
        assertThat(Files.readString(Path.of(config()))).isEqualTo(written);
        Path other = folder.resolve("other.yaml");
        assertThat(Shell.run("", "keygen", other.toString()).code()).isZero();
        assertThat(Files.readString(other)).isNotEqualTo(written);
    }

    @Test
    void aServerWithTheFileLetsInWhoHasATokenAndTheirRights() throws Exception {
        String admin = Shell.run("", "keygen", config()).out().strip();
        try (LongwireServer server = LongwireServer.start(
                TokenCommand.read(Path.of(config())).at("127.0.0.1", 0).withDrainMillis(100))) {
            String url = "http://127.0.0.1:" + server.port();
            String ann = token("--user", "ann", "--cap", "chat:*=subscribe,publish", "--info", "{\"name\":\"Ann\"}");
            Shell.Ran sent = Shell.run("", "publish", "--url", url, "--token", ann, "chat:1", "1");
            assertThat(sent.code()).as(sent.err()).isZero();
            String brief =
                    token("--user", "bob", "--cap", "chat:*=publish", "--limit", "message=3", "--limit", "sessions=9");
            Shell.Ran tooLong = Shell.run("", "publish", "--url", url, "--token", brief, "chat:1", "1234");
            assertThat(tooLong.code()).isEqualTo(Exit.FAILED);
            assertThat(tooLong.err()).contains("longer than allowed");
            Shell.Ran refused = Shell.run("", "publish", "--url", url, "--token", ann, "news", "1");
            assertThat(refused.code()).isEqualTo(Exit.FAILED);
            assertThat(refused.err()).contains("may not do this");
            assertThat(Shell.run("", "publish", "--url", url, "chat:1", "1").code())
                    .isEqualTo(Exit.FAILED);
            HttpResponse<String> stats = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create(url + "/v1/admin/stats"))
                                    .header("Authorization", "Bearer " + admin)
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(stats.statusCode()).isEqualTo(200);
            assertThat(stats.body()).contains("\"messages_in\":1");
        }
    }

    @Test
    void aTokenIsExplainedToItsMaker() {
        Shell.run("", "keygen", config());
        String ann = token("--user", "ann", "--id", "t1", "--cap", "*=*");
        Shell.Ran good = Shell.run("", "token", "inspect", "--config", config(), ann);
        assertThat(good.code()).as(good.out() + good.err()).isZero();
        assertThat(good.out())
                .contains("\"sub\":\"ann\"")
                .contains("\"jti\":\"t1\"")
                .contains("accepted");
        Shell.Ran broken = Shell.run("", "token", "inspect", "--config", config(), ann.substring(0, ann.length() - 4));
        assertThat(broken.code()).isEqualTo(Exit.FAILED);
        assertThat(broken.out()).contains("not genuine");
        assertThat(Shell.run("", "token", "inspect", "--config", config(), "abc")
                        .out())
                .contains("no signed token");
    }

    @Test
    void whatCannotBeMeantIsRefused() {
        Shell.run("", "keygen", config());
        for (String[] wrong : new String[][] {
            {"token", "--config", config(), "--ttl", "soon"},
            {"token", "--config", config(), "--ttl", "10ms"},
            {"token", "--config", config(), "--cap", "a=fly"},
            {"token", "--config", config(), "--info", "{"},
            {"token", "--config", config(), "--limit", "subscriptions"},
            {"token", "--config", config(), "--limit", "subscriptions=0"},
            {"token", "--config", config(), "--limit", "subscriptions=2147483648"},
            {"token", "--config", config(), "--limit", "wings=1"},
            {"token", "--config", folder.resolve("none").toString()}
        }) {
            Shell.Ran ran = Shell.run("", wrong);
            assertThat(ran.code()).isEqualTo(Exit.USAGE);
            assertThat(ran.out()).isEmpty();
        }
    }
}
