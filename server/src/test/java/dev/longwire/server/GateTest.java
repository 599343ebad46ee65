// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longwire.server.config.AddressRange;
import dev.longwire.server.config.GateLimits;
import dev.longwire.server.config.NetworkLimits;
import dev.longwire.server.config.ServerConfig;
import dev.longwire.server.connection.ConnectionListener;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whose address a connection has, and how many connections there may be. */
final class GateTest {

    /** The signature of version 2 of the PROXY protocol. */
    private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";

    /** TCP over IPv4 from 203.0.113.9:4660 to 127.0.0.1:80. */
    private static final String FROM_OUTSIDE = SIGNATURE + "2111000c" + "cb007109" + "7f000001" + "1234" + "0050";

    private final BlockingQueue<String> addresses = new LinkedBlockingQueue<>();

    private final ConnectionListener listener = new ConnectionListener() {
        @Override
        public void refused(String name, String path, String origin, String address) {
            addresses.add(address);
        }
    };

    private static List<AddressRange> ranges(String... texts) {
        return List.of(texts).stream().map(AddressRange::of).toList();
    }

    /** A request has a fifth of a second to arrive. */
    private static final NetworkLimits HASTY =
            new NetworkLimits(65_536, 1_024, 16, 65_536, 4_096, 16_384, 65_536, 200, 10_000, 10_000, 500);

    private LongwireServer start(GateLimits gate) throws IOException {
        return LongwireServer.start(
                ServerConfig.DEFAULT
                        .at("127.0.0.1", 0)
                        .withLoops(1)
                        .withDrainMillis(0)
                        .withGate(gate),
                listener);
    }

    private static GateLimits trusting(boolean proxyProtocol, String... ranges) {
        return new GateLimits(List.of(), ranges(ranges), proxyProtocol, 0, 0, 0, 0);
    }

    private static GateLimits atMost(int connections, int perAddress, int perSecond) {
        return new GateLimits(List.of(), ranges("10.0.0.1"), false, connections, perAddress, 0, perSecond);
    }

    /** Whose address is told when such a request is refused. */
    private String addressOf(Peer peer, String headers) throws Exception {
        Peer.Answer answer = peer.ask(
                "GET /health/live HTTP/1.1\r\nHost: localhost\r\nOrigin: https://evil.com\r\n" + headers + "\r\n");
        assertThat(answer.status()).isEqualTo(403);
        String address = addresses.poll(20, TimeUnit.SECONDS);
        assertThat(address).isNotNull();
        return address;
    }

    @ParameterizedTest
    @CsvSource({
        "203.0.113.9, 203.0.113.9",
        "'1.1.1.1, 203.0.113.9', 203.0.113.9",
        "'1.1.1.1, 203.0.113.9, 10.1.2.3', 203.0.113.9",
        "'127.0.0.1, 203.0.113.9,10.1.2.3 , 10.9.9.9', 203.0.113.9",
        "'10.1.1.1, 10.2.2.2', 10.1.1.1",
        "203.0.113.9:8080, 203.0.113.9",
        "2001:db8::7, [2001:db8:0:0:0:0:0:7]",
        "[2001:db8::7]:99, [2001:db8:0:0:0:0:0:7]",
        "::ffff:203.0.113.9, 203.0.113.9",
        "'203.0.113.9, evil, 10.1.2.3', 10.1.2.3",
        "'203.0.113.9, , 10.1.2.3', 10.1.2.3",
        "'1.1.1.1, 203.0.113.300', LOCAL",
        "localhost, LOCAL",
        "unknown, LOCAL",
    })
    void theClientIsTheLastThatTrustedProxiesDontKnow(String header, String client) throws Exception {
        try (LongwireServer server = start(trusting(false, "127.0.0.0/8", "10.0.0.0/8"));
                Peer peer = new Peer(server.port())) {
            String address = addressOf(peer, "X-Forwarded-For: " + header + "\r\n");
            if (client.equals("LOCAL")) {
                assertThat(address).startsWith("127.0.0.1:");
            } else {
                assertThat(address).isEqualTo(client);
            }
        }
    }

    @Test
    void headersAreOneList() throws Exception {
        try (LongwireServer server = start(trusting(false, "127.0.0.1", "10.0.0.0/8"));
                Peer peer = new Peer(server.port())) {
            String lines = "X-Forwarded-For: 1.1.1.1, 203.0.113.9\r\nX-Forwarded-For: 10.1.1.1\r\n";
            assertThat(addressOf(peer, lines)).isEqualTo("203.0.113.9");
            // The next request may be another client's.
            assertThat(addressOf(peer, "x-forwarded-for: 203.0.113.10\r\n")).isEqualTo("203.0.113.10");
            assertThat(addressOf(peer, "")).startsWith("127.0.0.1:");
        }
    }

    @Test
    void nobodyElseIsBelieved() throws Exception {
        try (LongwireServer nobody = start(GateLimits.DEFAULT);
                LongwireServer others = start(trusting(true, "10.0.0.0/8", "127.0.0.2"));
                Peer peer = new Peer(nobody.port());
                Peer other = new Peer(others.port())) {
            assertThat(addressOf(peer, "X-Forwarded-For: 203.0.113.9\r\n")).startsWith("127.0.0.1:");
            assertThat(addressOf(other, "X-Forwarded-For: 203.0.113.9\r\n")).startsWith("127.0.0.1:");
            try (Peer liar = new Peer(others.port())) {
                liar.raw(HexFormat.of().parseHex(FROM_OUTSIDE));
                assertThat(liar.get("/health/live").status()).isEqualTo(400);
            }
        }
    }

    @Test
    void theRegistryShowsTheClientNotTheProxy() throws Exception {
        try (LongwireServer server = start(trusting(false, "127.0.0.1"));
                Peer socket = new Peer(server.port());
                Peer admin = new Peer(server.port())) {
            socket.raw(Peer.upgrade(server.port(), "X-Forwarded-For: 203.0.113.9\r\n"));
            assertThat(socket.head()).contains("101");
            socket.text("{\"type\":\"connect\",\"id\":1}");
            socket.expect("connected");
            assertThat(admin.get("/v1/admin/connections").body()).contains("\"address\":\"203.0.113.9\"");
        }
    }

    @ParameterizedTest
    @CsvSource({
        FROM_OUTSIDE + ", 203.0.113.9:4660",
        // Version 1: a line.
        "50524f5859205443503420312e322e332e3420352e362e372e3820392038300d0a, 1.2.3.4:9",
        // IPv6.
        SIGNATURE + "21210024" + "20010db8000000000000000000000007" + "00000000000000000000000000000001"
                + "12340050, [2001:db8:0:0:0:0:0:7]:4660",
        // The proxy itself (LOCAL), and what is neither IPv4 nor IPv6.
        SIGNATURE + "20000000, LOCAL",
        SIGNATURE + "21000000, LOCAL",
    })
    void aTrustedProxySaysForWhomItConnects(String header, String client) throws Exception {
        try (LongwireServer server = start(trusting(true, "127.0.0.1"));
                Peer peer = new Peer(server.port())) {
            peer.raw(HexFormat.of().parseHex(header));
            String address = addressOf(peer, "X-Forwarded-For: 9.9.9.9\r\n");
            // Of the proxy itself the header is believed; of whoever is behind it, it is not.
            assertThat(address).isEqualTo(client.equals("LOCAL") ? "9.9.9.9" : client);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "474554202f20485454502f312e310d0a0d0a", SIGNATURE + "3111000c", SIGNATURE + "2111ffff"})
    void aTrustedProxyThatSaysNothingOfTheKindIsCutOff(String bytes) throws Exception {
        ServerConfig config =
                ServerConfig.DEFAULT.at("127.0.0.1", 0).withNetwork(HASTY).withGate(trusting(true, "127.0.0.1"));
        try (LongwireServer server = LongwireServer.start(config);
                Peer peer = new Peer(server.port())) {
            peer.raw(HexFormat.of().parseHex(bytes));
            assertThat(peer.over()).isTrue();
        }
    }

    /** One who is one too many is told so, in the words of everybody's errors, and that is all. */
    private static void turnedAway(int port) throws IOException {
        try (Peer peer = new Peer(port)) {
            Peer.Answer answer = peer.get("/health/live");
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.body()).contains("\"name\":\"overloaded\"").contains("\"code\":302");
            assertThat(Integer.parseInt(answer.header("retry-after"))).isBetween(1, 5);
            assertThat(peer.over()).isTrue();
        }
    }

    /** Waits until a fresh connection is served; one that is gone may be counted for a moment. */
    private static void letIn(int port) throws IOException {
        int status = 503;
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(Peer.DEADLINE_MILLIS);
        while (status != 200 && System.nanoTime() < until) {
            try (Peer peer = new Peer(port)) {
                status = peer.get("/health/live").status();
            }
        }
        assertThat(status).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({"3, 0, connections", "0, 3, connections_per_address"})
    void oneConnectionTooMany(int connections, int perAddress, String limit) throws IOException {
        try (LongwireServer server = start(atMost(connections, perAddress, 0));
                Peer silent = new Peer(server.port());
                Peer idle = new Peer(server.port())) {
            assertThat(idle.get("/health/live").status()).isEqualTo(200);
            try (Peer socket = Peer.session(server.port(), Peer.JSON)) {
                for (int i = 0; i < 20; i++) {
                    turnedAway(server.port());
                }
                // Those who are inside don't notice.
                socket.text("{\"type\":\"ping\"}");
                socket.expect("pong");
                socket.reset();
            }
            letIn(server.port());
            silent.reset();
            String metrics = idle.get("/metrics").body();
            assertThat(metrics).containsPattern("longwire_limits_hit_total\\{limit=\"" + limit + "\"\\} [2-9][0-9.]");
        }
    }

    /** What is counted behind a proxy are the requests under way, and the sockets that they become. */
    @Test
    void clientsBehindAProxyAreCountedOneByOne() throws IOException {
        GateLimits gate = new GateLimits(List.of(), ranges("127.0.0.1"), false, 0, 2, 0, 0);
        try (LongwireServer server = start(gate);
                Peer proxy = new Peer(server.port());
                Peer first = new Peer(server.port());
                Peer second = new Peer(server.port())) {
            String ann = "X-Forwarded-For: 2001:db8::1\r\n";
            first.raw(Peer.upgrade(server.port(), ann));
            assertThat(first.head()).contains("101");
            second.raw("GET /v1/events?channel=a HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 2001:db8::2\r\n\r\n");
            assertThat(second.head()).contains("200");
            // The same /64, however many addresses it has.
            String another = "GET /health/live HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 2001:db8::3\r\n\r\n";
            Peer.Answer refused = proxy.ask(another);
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.header("retry-after")).isNotEmpty();
            // The proxy's connection goes on: it is others' too.
            assertThat(proxy.ask(another.replace("2001:db8::3", "2001:db8:0:1::3"))
                            .status())
                    .isEqualTo(200);
            second.reset();
            int status = 503;
            for (int i = 0; i < 500 && status != 200; i++) {
                status = proxy.ask(another).status();
            }
            assertThat(status).isEqualTo(200);
            assertThat(proxy.ask(another).status()).isEqualTo(200);
        }
    }

    @Test
    void tooManyInASecond() throws IOException {
        try (LongwireServer server = start(atMost(0, 0, 5))) {
            List<Integer> statuses = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                try (Peer peer = new Peer(server.port())) {
                    statuses.add(peer.get("/health/live").status());
                }
            }
            // A second's worth at once is let in.
            assertThat(statuses.subList(0, 5)).containsOnly(200);
            assertThat(statuses).contains(503);
            letIn(server.port());
        }
    }

    @Test
    void whoeverGoesIsNotCountedAnyMoreHoweverTheyWent() throws IOException {
        try (LongwireServer server = start(atMost(0, 0, 0));
                Peer watcher = new Peer(server.port())) {
            for (int i = 0; i < 40; i++) {
                try (Peer peer = new Peer(server.port())) {
                    switch (i % 4) {
                        case 0 -> peer.reset();
                        case 1 -> peer.raw("GET / HT");
                        case 2 -> peer.raw("nonsense\r\n\r\n");
                        default -> peer.raw(Peer.upgrade(server.port(), "")).head();
                    }
                }
            }
            String metrics = "";
            for (int i = 0; i < 500 && !metrics.contains("\nlongwire_connections 1.0"); i++) {
                metrics = watcher.get("/metrics").body();
            }
            assertThat(metrics).contains("\nlongwire_connections 1.0").contains("\nlongwire_addresses 1.0");
        }
    }
}
