// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.longwire.server.config.NetworkLimits;
import dev.longwire.server.config.ServerConfig;
import dev.longwire.server.config.Tls;
import dev.longwire.server.http.Certificates;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS, and the versions of HTTP that a connection can turn out to speak. */
class TlsTest {

    private static final String CONNECT = "{\"seq\":1,\"wait\":0,\"frames\":[{\"type\":\"connect\",\"id\":1}]}";

    @TempDir
    private Path folder = Path.of("");

    private static HttpRequest poll(LongwireServer server) {
        return HttpRequest.newBuilder(URI.create(server.url() + "v1/poll"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(CONNECT))
                .build();
    }

    @Test
    void pollsAndWebSocketsWorkOverTlsInBothVersionsOfHttp() throws Exception {
        Certificate certificate = Certificate.make(folder, "first");
        ServerConfig config = ServerConfig.DEFAULT.at("127.0.0.1", 0).withTls(certificate.files());
        try (LongwireServer server = LongwireServer.start(config)) {
            for (HttpClient.Version version : HttpClient.Version.values()) {
                if (version.ordinal() > HttpClient.Version.HTTP_2.ordinal()) {
                    continue;
                }
                try (HttpClient client = client(certificate, version)) {
                    HttpResponse<String> answer = client.send(poll(server), HttpResponse.BodyHandlers.ofString());
                    assertThat(answer.version()).isEqualTo(version);
                    assertThat(answer.statusCode()).isEqualTo(200);
                    assertThat(answer.body()).contains("\"type\":\"connected\"");
                }
            }
            try (HttpClient client = client(certificate, HttpClient.Version.HTTP_1_1)) {
                assertThat(firstAnswer(client, server)).contains("\"type\":\"connected\"");
            }
        }
    }

    private static HttpClient client(Certificate certificate, HttpClient.Version version)
            throws GeneralSecurityException, IOException {
        return HttpClient.newBuilder()
                .sslContext(certificate.trusting())
                .version(version)
                .build();
    }

    private static @Nullable String firstAnswer(HttpClient client, LongwireServer server) throws Exception {
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        WebSocket socket = client.newWebSocketBuilder()
                .buildAsync(URI.create(server.url().replace("https", "wss") + "v1/ws"), new WebSocket.Listener() {
                    @Override
                    public @Nullable CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
                        heard.add(data.toString());
                        webSocket.request(1);
                        return null;
                    }
                })
                .get(20, TimeUnit.SECONDS);
        socket.sendText("{\"type\":\"connect\",\"id\":1}", true).get(20, TimeUnit.SECONDS);
        String first = heard.poll(20, TimeUnit.SECONDS);
        socket.abort();
        return first;
    }

    @Test
    void aRenewedCertificateIsServedWithoutARestart() throws Exception {
        Certificate old = Certificate.make(folder, "old");
        Certificates certificates = new Certificates(old.files());
        assertThat(certificates.subject()).contains("CN=old");
        Certificate renewed = Certificate.make(folder, "renewed");
        later(renewed.files());
        certificates.refresh();
        assertThat(certificates.subject()).contains("CN=renewed");
        Files.writeString(renewed.files().certificate(), "not a certificate");
        later(renewed.files());
        certificates.refresh();
        assertThat(certificates.subject()).contains("CN=renewed");
    }

    /** File systems count whole seconds at worst. */
    private static void later(Tls files) throws IOException {
        FileTime time = Files.getLastModifiedTime(files.certificate());
        Files.setLastModifiedTime(files.certificate(), FileTime.fromMillis(time.toMillis() + 5_000));
    }

    /** A client hello that says it has 16 MiB: it is answered with an alert long before they are there. */
    @Test
    void aHelloThatIsTooLongIsCutOff() throws Exception {
        Certificate certificate = Certificate.make(folder, "long");
        ServerConfig config = ServerConfig.DEFAULT.at("127.0.0.1", 0).withTls(certificate.files());
        byte[] piece = new byte[5 + 16_000];
        System.arraycopy(new byte[] {22, 3, 1, 0x3E, (byte) 0x80, 1, -1, -1, -1}, 0, piece, 0, 9);
        try (LongwireServer server = LongwireServer.start(config);
                Peer peer = new Peer(server.port())) {
            peer.rawAnyhow(piece);
            System.arraycopy(new byte[4], 0, piece, 5, 4);
            for (int i = 0; i < 8; i++) {
                peer.rawAnyhow(piece);
            }
            assertThat(peer.untilItSays("\u0015\u0003")).hasSize(2);
        }
    }

    @Test
    void aHandshakeThatIsNeverFinishedIsCutOff() throws Exception {
        Certificate certificate = Certificate.make(folder, "slow");
        NetworkLimits hasty =
                new NetworkLimits(65_536, 1_024, 16, 65_536, 4_096, 16_384, 65_536, 200, 10_000, 10_000, 500);
        ServerConfig config = ServerConfig.DEFAULT
                .at("127.0.0.1", 0)
                .withTls(certificate.files())
                .withNetwork(hasty);
        // A hello of TLS 1.2 that ends in the middle of its length.
        byte[] half = {22, 3, 1, 2, 0, 1, 0};
        try (LongwireServer server = LongwireServer.start(config);
                Peer silent = new Peer(server.port());
                Peer begun = new Peer(server.port())) {
            begun.raw(half);
            assertThat(silent.over()).isTrue();
            assertThat(begun.over()).isTrue();
        }
    }

    @Test
    void filesThatAreNoCertificateStopTheStart() throws IOException {
        Path empty = Files.createFile(folder.resolve("empty.pem"));
        ServerConfig config = ServerConfig.DEFAULT.at("127.0.0.1", 0).withTls(new Tls(empty, empty));
        assertThatThrownBy(() -> LongwireServer.start(config))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("empty.pem");
    }

    @Test
    void whoeverBeginsWithThePrefaceSpeaksHttp2WithoutTls() throws IOException {
        try (LongwireServer server = LongwireServer.start(ServerConfig.DEFAULT.at("127.0.0.1", 0));
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout(20_000);
            byte[] settings = {0, 0, 0, 4, 0, 0, 0, 0, 0};
            socket.getOutputStream().write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().write(settings);
            InputStream in = socket.getInputStream();
            byte[] head = in.readNBytes(9);
            // RFC 9113, 3.4: the server's preface is a SETTINGS frame (type 4) on stream 0.
            assertThat(head[3]).isEqualTo((byte) 4);
            assertThat(new byte[] {head[5], head[6], head[7], head[8]}).containsOnly(0);
        }
    }
}
