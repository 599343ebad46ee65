// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import dev.longwire.server.config.ServerConfig;
import dev.longwire.server.connection.Connection;
import dev.longwire.server.connection.ConnectionListener;
import dev.longwire.server.log.LineEncoder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What an operator and an embedder get to know, and what they don't. */
final class WatchingTest {

    /** Notes everything, as text. */
    private static final class Notes implements ConnectionListener {
        private final BlockingQueue<String> all = new LinkedBlockingQueue<>();

        @Override
        public void opened(Connection connection) {
            all.add("opened " + connection.kind() + " " + connection.format() + " " + connection.origin());
        }

        @Override
        public void message(Connection connection, int bytes) {
            all.add("message " + connection.received() + " of " + bytes);
        }

        @Override
        public void error(Connection connection, String name) {
            all.add("error " + name);
        }

        @Override
        public void closed(Connection connection, int code, String reason) {
            all.add("closed " + code + " " + reason);
        }

        @Override
        public void refused(String name, String path, String origin, String address) {
            all.add("refused " + name + " " + path + " " + origin);
        }

        void expect(String note) throws InterruptedException {
            assertThat(all.poll(Peer.DEADLINE_MILLIS, TimeUnit.MILLISECONDS)).isEqualTo(note);
        }
    }

    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final OutputStreamAppender<ILoggingEvent> appender = new OutputStreamAppender<>();
    private final Notes notes = new Notes();
    private LongwireServer server;

    @BeforeEach
    void start() throws IOException {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        LineEncoder encoder = new LineEncoder();
        encoder.setContext(context);
        encoder.start();
        appender.setContext(context);
        appender.setEncoder(encoder);
        appender.setOutputStream(written);
        appender.start();
        context.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(appender);
        server = LongwireServer.start(
                ServerConfig.DEFAULT.at("127.0.0.1", 0).withLoops(1).withDrainMillis(0), notes);
    }

    @AfterEach
    void stop() {
        server.stop();
        ((LoggerContext) LoggerFactory.getILoggerFactory())
                .getLogger(Logger.ROOT_LOGGER_NAME)
                .detachAppender(appender);
    }

    private List<Map<String, Object>> lines(String event) throws IOException {
        List<Map<String, Object>> found = new ArrayList<>();
        for (String line : written.toString(StandardCharsets.UTF_8).lines().toList()) {
            Map<String, Object> document = Documents.parse(line);
            if (event.equals(document.get("event"))) {
                found.add(document);
            }
        }
        return found;
    }

    @Test
    void oneLinePerOpenAndClose() throws Exception {
        String origin = "http://localhost:" + server.port();
        try (Peer peer = new Peer(server.port())) {
            peer.raw(Peer.upgrade(server.port(), "Origin: " + origin + "\r\n").replace("127.0.0.1:", "localhost:"));
            assertThat(peer.head()).startsWith("HTTP/1.1 101 ");
            notes.expect("opened websocket json " + origin);
            peer.text("{\"type\":\"connect\",\"id\":1,\"token\":\"secret-token\"}");
            String session = Documents.text(peer.expect("connected"), "session");
            notes.expect("message 1 of 48");
            peer.text("{\"type\":\"fly\",\"id\":2}");
            peer.expect("error");
            notes.expect("message 2 of 21");
            notes.expect("error unknown_type");
            peer.text("{\"type\":\"publish\",\"id\":3,\"channel\":\"a\",\"data\":\"payload-of-mine\"}");
            peer.expect("published");
            notes.expect("message 3 of 64");
            peer.text("no");
            assertThat(peer.closed()).isEqualTo(1007);
            notes.expect("message 4 of 2");
            notes.expect("error malformed");
            peer.frame(Peer.CLOSE, new byte[0]);
            notes.expect("closed 1007 invalid_payload");

            assertThat(lines("open"))
                    .singleElement()
                    .satisfies(line -> assertThat(line)
                            .containsEntry("carrier", "websocket")
                            .containsEntry("format", "json")
                            .containsEntry("origin", origin)
                            .containsKeys("time", "level", "address"));
            assertThat(lines("close"))
                    .singleElement()
                    .satisfies(line -> assertThat(line)
                            .containsEntry("code", 1007L)
                            .containsEntry("reason", "invalid_payload")
                            .containsEntry("received", 4L)
                            .containsEntry("sent", 5L)
                            .containsKeys("ms", "address"));
            assertThat(written.toString(StandardCharsets.UTF_8))
                    .doesNotContain("secret-token")
                    .doesNotContain(session)
                    .doesNotContain(session.substring(0, session.indexOf('.')))
                    .doesNotContain("payload-of-mine");
        }
    }

    @Test
    void howConnectionsEnd() throws Exception {
        try (Peer lost = Peer.webSocket(server.port(), Peer.CBOR)) {
            notes.expect("opened websocket cbor ");
            lost.reset();
            notes.expect("closed 1006 lost");
        }
        try (Peer polite = Peer.webSocket(server.port(), Peer.JSON)) {
            notes.expect("opened websocket json ");
            polite.frame(Peer.CLOSE, new byte[] {0x03, (byte) 0xE9});
            notes.expect("closed 1001 client");
        }
        try (Peer wrong = Peer.webSocket(server.port(), Peer.JSON)) {
            notes.expect("opened websocket json ");
            wrong.raw(new byte[] {(byte) 0x81, 0});
            notes.expect("error protocol_error");
            wrong.reset();
            notes.expect("closed 1002 protocol_error");
        }
    }

    @Test
    void oneLinePerRefusedUpgradeWhateverItsOriginSays() throws Exception {
        String evil = "http://evil.com\\\" level=error event=\"forged\" {\"a\":1}";
        try (Peer peer = new Peer(server.port())) {
            peer.raw(Peer.upgrade(server.port(), "Origin: " + evil + "\r\n"));
            assertThat(peer.answer().status()).isEqualTo(403);
        }
        notes.expect("refused origin_not_allowed /v1/ws " + evil);
        assertThat(lines("refused"))
                .singleElement()
                .satisfies(line -> assertThat(line)
                        .containsEntry("name", "origin_not_allowed")
                        .containsEntry("origin", evil));
        assertThat(lines("forged")).isEmpty();
    }

    /** A listener that fails is our fault, and costs the one connection that it failed for. */
    @Test
    void whatAListenerThrowsClosesThatConnectionAndIsSeenInTheLogOnly() throws Exception {
        ConnectionListener broken = new ConnectionListener() {
            @Override
            public void message(Connection connection, int bytes) {
                if (bytes == 20) {
                    throw new IllegalStateException("the inside of the server");
                }
            }
        };
        ServerConfig config =
                ServerConfig.DEFAULT.at("127.0.0.1", 0).withLoops(1).withDrainMillis(0);
        try (LongwireServer fragile = LongwireServer.start(config, broken);
                Bystanders bystanders = new Bystanders(fragile.port());
                Peer peer = Peer.session(fragile.port(), Peer.JSON)) {
            peer.text("{\"type\":\"ping\"     }");
            Peer.Frame frame = peer.next();
            assertThat(frame.closeCode()).isEqualTo(4203);
            assertThat(frame.text()).endsWith("failed").doesNotContain("inside");
            bystanders.areWell();
            assertThat(lines("a connection failed"))
                    .singleElement()
                    .satisfies(line -> assertThat(Documents.text(line, "stack")).contains("the inside of the server"));
        }
    }
}
