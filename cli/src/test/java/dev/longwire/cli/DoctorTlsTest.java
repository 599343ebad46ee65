// SPDX-License-Identifier: Apache-2.0
package dev.longwire.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longwire.server.LongwireServer;
import dev.longwire.server.config.ServerConfig;
import dev.longwire.server.config.Tls;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the doctor says of certificates, on servers that show them. */
@Timeout(180)
final class DoctorTlsTest {
    private static final String PASSWORD = "changeit";

    @TempDir
    private Path folder;

    /** What an operator has: a certificate that signed itself, and its key. */
    private Tls make(String begins, int days, String name) throws Exception {
        Path store = folder.resolve("store.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-alias",
                        "server",
                        "-startdate",
                        begins,
                        "-validity",
                        Integer.toString(days),
                        "-dname",
                        "CN=test",
                        "-ext",
                        "san=" + name,
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        PASSWORD)
                .redirectErrorStream(true)
                .start();
        String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(keytool.waitFor()).as(said).isZero();
        return pem(store);
    }

    private Tls pem(Path store) throws IOException, GeneralSecurityException {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD.toCharArray());
        }
        Tls files = new Tls(folder.resolve("certificate.pem"), folder.resolve("key.pem"));
        Files.writeString(
                files.certificate(),
                pem("CERTIFICATE", keys.getCertificate("server").getEncoded()));
        Files.writeString(
                files.key(),
                pem("PRIVATE KEY", keys.getKey("server", PASSWORD.toCharArray()).getEncoded()));
        return files;
    }

    private static String pem(String kind, byte[] bytes) {
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
        return "-----BEGIN " + kind + "-----\n" + text + "\n-----END " + kind + "-----\n";
    }

    /** `life` is its beginning, as keytool has it, and its days; `trusted` whether the doctor is told of the certificate. */
    @ParameterizedTest
    @CsvSource({
        "-1d 100, ip:127.0.0.1, true, ok, the certificate ends in 98 days",
        "-19H 1, ip:127.0.0.1, true, warn, the certificate ends in 4 hours",
        "-27H 1, ip:127.0.0.1, true, fail, the certificate ended 3 hours ago",
        "-9d 2, ip:127.0.0.1, false, fail, the certificate ended 7 days ago",
        "+1d 30, ip:127.0.0.1, true, fail, the certificate is not good yet",
        "-1d 30, dns:elsewhere.example, true, fail, the certificate is for another name",
        "-1d 30, ip:127.0.0.1, false, fail, the certificate comes from nobody whom this machine trusts",
        "-27H 1, dns:elsewhere.example, true, fail, 'the certificate ended 3 hours ago, and is for another name'",
    })
    void whatIsWrongWithACertificateIsSaid(String life, String name, boolean trusted, String result, String text)
            throws Exception {
        String[] times = life.split(" ", -1);
        Tls files = make(times[0], Integer.parseInt(times[1]), name);
        try (LongwireServer server = LongwireServer.start(
                ServerConfig.DEFAULT.at("127.0.0.1", 0).withDrainMillis(0).withTls(files))) {
            List<String> words = new ArrayList<>(List.of("doctor", "https://127.0.0.1:" + server.port()));
            if (trusted) {
                words.addAll(List.of("--ca", files.certificate().toString()));
            }
            Shell.Ran ran = Shell.run("", words.toArray(String[]::new));
            assertThat(ran.lines().get(0)).startsWith(result).contains(" tls ").contains(text);
            boolean failed = result.equals("fail");
            assertThat(ran.code()).as(ran.out()).isEqualTo(failed ? Exit.FAILED : Exit.DONE);
            // Nothing is said to one who is somebody else.
            assertThat(ran.lines()).hasSize(failed ? 1 : 8);
            assertThat(ran.err()).isEmpty();
        }
    }

    @Test
    void whoDoesNotSpeakTlsIsNotCalledUnreachable() throws Exception {
        try (LongwireServer server =
                LongwireServer.start(ServerConfig.DEFAULT.at("127.0.0.1", 0).withDrainMillis(0))) {
            Shell.Ran ran = Shell.run("", "doctor", "https://127.0.0.1:" + server.port());
            assertThat(ran.code()).isEqualTo(Exit.FAILED);
            assertThat(ran.out()).startsWith("fail  tls ").contains("does not speak TLS");
        }
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Shell.Ran ran = Shell.run("", "doctor", "--timeout", "1", "https://127.0.0.1:" + silent.getLocalPort());
            assertThat(ran.code()).isEqualTo(Exit.FAILED);
            assertThat(ran.out()).startsWith("fail  tls ");
        }
        assertThat(Shell.run("", "doctor", "https://127.0.0.1:1").code()).isEqualTo(Exit.UNREACHABLE);
    }

    @Test
    void authoritiesThatCanNotBeReadAreTheCallersFault() throws Exception {
        Path file = Files.writeString(folder.resolve("text.pem"), "no certificate");
        for (Path each : List.of(file, folder.resolve("missing.pem"))) {
            Shell.Ran ran = Shell.run("", "doctor", "--ca", each.toString(), "https://127.0.0.1:1");
            assertThat(ran.code()).isEqualTo(Exit.USAGE);
            assertThat(ran.err()).contains(each.toString());
        }
    }
}
