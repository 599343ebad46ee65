// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longwire.core.Limits;
import dev.longwire.core.Namespaces;
import dev.longwire.core.SlowPolicy;
import dev.longwire.core.log.Retention;
import dev.longwire.core.rate.Rate;
import dev.longwire.core.rate.Rates;
import dev.longwire.server.config.GateLimits;
import dev.longwire.server.config.NetworkLimits;
import dev.longwire.server.config.ServerConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Whatever strangers do, what they make a server hold has a bound, they hear the documented code, and those beside them
 * get every message meanwhile.
 */
final class FloodMemoryTest {

    /** What one connection may make the server hold, objects included. */
    private static final long CONNECTION_BYTES = 512 * 1024;

    /** What ten thousand connections that came and went may leave. */
    private static final long LEFT_BYTES = 5 << 20;

    private static final int CYCLES = 10_000;
    private static final int OFFENDERS = 64;

    /** So seldom that those who do nothing wrong stay within the rates, however fast all goes. */
    private static final int LOOK_EVERY = 8;

    private static final int PER_ADDRESS = 1_000;
    private static final long WINDOW_MILLIS = 1_000;
    private static final int BRIEFLY_MILLIS = 4_000;
    private static final byte[] BOMB = DeflateTest.deflated(new byte[8 << 20]);
    private static final byte[] PING = "{\"type\":\"ping\"}".getBytes(StandardCharsets.US_ASCII);

    private final List<Peer> open = new ArrayList<>();
    private LongwireServer server;
    private Bystanders bystanders;

    FloodMemoryTest() throws IOException {
        server = start(Peer.DEADLINE_MILLIS);
        bystanders = new Bystanders(server.port());
    }

    /** @param patienceMillis for what has begun and not ended */
    private static LongwireServer start(int patienceMillis) throws IOException {
        NetworkLimits usual = NetworkLimits.DEFAULT;
        NetworkLimits network = new NetworkLimits(
                usual.messageBytes(),
                usual.fragments(),
                usual.pings(),
                usual.unsentBytes(),
                usual.requestLineBytes(),
                usual.headerBytes(),
                usual.bodyBytes(),
                patienceMillis,
                patienceMillis,
                usual.idleMillis(),
                Peer.DEADLINE_MILLIS);
        Rates rates = new Rates(Rate.perSecond(200, 1_000), Rates.DEFAULT.bytes(), new Rate(1, 60_000, 50));
        Limits all = Limits.DEFAULT;
        Limits session = new Limits(
                patienceMillis,
                600_000,
                all.pongMillis(),
                WINDOW_MILLIS,
                all.requests(),
                all.replies(),
                all.subscriptions(),
                all.sliceBytes(),
                WINDOW_MILLIS,
                all.pollWaitMillis(),
                all.pollRequests(),
                all.answerBytes(),
                all.graceMillis(),
                rates);
        Retention brief = new Retention(WINDOW_MILLIS, 10, 64 * 1024, WINDOW_MILLIS);
        Namespaces namespaces = new Namespaces(new Namespaces.Settings(brief, SlowPolicy.CATCH_UP), Map.of());
        return LongwireServer.start(ServerConfig.DEFAULT
                .at("127.0.0.1", 0)
                .withLoops(2)
                .withNetwork(network)
                .withSession(session)
                .withNamespaces(namespaces, 16 << 20)
                .withGate(new GateLimits(List.of(), List.of(), false, 0, PER_ADDRESS, 0, 0))
                .withDeflateFrom(4_096)
                .withDrainMillis(0));
    }

    @AfterEach
    void stop() throws IOException {
        for (Peer each : open) {
            each.close();
        }
        bystanders.close();
        server.stop();
    }

    /** What many strangers do at once, each on a connection of their own. */
    private interface Offence {
        void by(Peer peer) throws IOException;
    }

    /** So many commit it; meanwhile others go on. */
    private void many(int count, Offence offence) throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> done = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                Callable<Object> one = () -> {
                    try (Peer peer = new Peer(server.port())) {
                        offence.by(peer);
                    }
                    return "";
                };
                done.add(threads.submit(one));
            }
            for (int i = 0; i < done.size(); i++) {
                if (i % LOOK_EVERY == 0) {
                    bystanders.areWell();
                }
                done.get(i).get();
            }
        } catch (ExecutionException e) {
            throw new AssertionError("an offender was treated otherwise", e.getCause());
        }
    }

    /** So many begin something and leave it at that; then what is held for them is looked at. */
    private List<Peer> hold(String what, Offence offence) throws IOException {
        Memory before = Memory.now();
        List<Peer> peers = new ArrayList<>();
        for (int i = 0; i < OFFENDERS; i++) {
            Peer peer = new Peer(server.port());
            open.add(peer);
            peers.add(peer);
            offence.by(peer);
        }
        bystanders.areWell();
        within(what, before, OFFENDERS * CONNECTION_BYTES);
        return peers;
    }

    /** At once, or when what is on its way out has gone. */
    private static void within(String what, Memory before, long bound) {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(Peer.DEADLINE_MILLIS);
        long more = Memory.now().beyond(before);
        while (more > bound && System.nanoTime() < end) {
            more = Memory.now().beyond(before);
        }
        assertThat(more).as("bytes held after " + what).isLessThanOrEqualTo(bound);
    }

    private long sessions() {
        String name = "longwire_sessions ";
        try (Peer peer = new Peer(server.port())) {
            return peer.get("/metrics")
                    .body()
                    .lines()
                    .filter(line -> line.startsWith(name))
                    .mapToLong(line -> (long) Double.parseDouble(line.substring(name.length())))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void session(Peer peer) throws IOException {
        Peer.webSocket(peer, server.port(), Peer.JSON);
        peer.text("{\"type\":\"connect\",\"id\":1}");
        peer.expect("connected");
    }

    private void frames(Peer peer) throws IOException {
        session(peer);
        for (int i = 0; i < 1_000; i++) {
            peer.rawAnyhow(Peer.masked(Peer.TEXT, PING));
        }
        assertThat(peer.closed()).isEqualTo(1008);
    }

    private void pings(Peer peer) throws IOException {
        session(peer);
        for (int i = 0; i < 1_000; i++) {
            peer.rawAnyhow(Peer.masked(Peer.PING, new byte[125]));
        }
        assertThat(peer.closed()).isEqualTo(1008);
    }

    private void subscribes(Peer peer) throws IOException {
        session(peer);
        for (int i = 0; i < 1_000; i++) {
            String frame = "{\"type\":\"subscribe\",\"id\":" + (10 + i) + ",\"channel\":\"flood:" + i + "\"}";
            peer.rawAnyhow(Peer.masked(Peer.TEXT, frame.getBytes(StandardCharsets.US_ASCII)));
        }
        assertThat(peer.closed()).isEqualTo(1008);
    }

    private void uniqueChannels(Peer peer) throws IOException {
        session(peer);
        String own = Integer.toHexString(System.identityHashCode(peer));
        int published = 0;
        for (int i = 0; i < 150; i++) {
            peer.text("{\"type\":\"publish\",\"id\":" + (10 + i) + ",\"channel\":\"u:" + own + ":" + i
                    + "\",\"data\":1}");
            Map<String, Object> answer = peer.message();
            if ("published".equals(answer.get("type"))) {
                published++;
            } else {
                assertThat(answer).containsEntry("name", "rate_limited");
            }
        }
        assertThat(published).isBetween(50, 52);
    }

    private void headers(Peer peer) throws IOException {
        peer.raw("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n");
        byte[] line = ("X-More: " + "x".repeat(1_000) + "\r\n").getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < 20; i++) {
            peer.raw(line);
        }
        assertThat(peer.answer().status()).isEqualTo(400);
        assertThat(peer.over()).isTrue();
    }

    private void fragments(Peer peer) throws IOException {
        session(peer);
        peer.raw(Peer.masked(Peer.TEXT & 0x0F, new byte[0]));
        for (int i = 0; i < 2_000; i++) {
            peer.rawAnyhow(Peer.masked(0, new byte[0]));
        }
        assertThat(peer.closed()).isEqualTo(1008);
    }

    /** Eight MiB in eight KiB. */
    private void bombs(Peer peer) throws IOException {
        Peer.webSocket(
                peer,
                server.port(),
                Peer.JSON + "\r\nSec-WebSocket-Extensions: permessage-deflate; client_max_window_bits");
        peer.text("{\"type\":\"connect\",\"id\":1}");
        peer.expect("connected");
        peer.rawAnyhow(Peer.masked(Peer.TEXT | DeflateTest.RSV1, BOMB));
        assertThat(peer.closed()).isEqualTo(1009);
    }

    private void allKinds(int count) throws Exception {
        many(count, this::frames);
        many(count, this::pings);
        many(count, this::subscribes);
        many(count, this::uniqueChannels);
        many(count, this::headers);
        many(count, this::fragments);
        many(count, this::bombs);
    }

    @Test
    void floodsLeaveNothingBehind() throws Exception {
        allKinds(4);
        Memory before = Memory.now();
        allKinds(OFFENDERS);
        bystanders.areWell();
        within("floods", before, sessions() * CONNECTION_BYTES);
    }

    @Test
    void tooManyConnectionsAreToldSo() throws Exception {
        Memory before = Memory.now();
        for (int i = 0; i < PER_ADDRESS; i++) {
            open.add(new Peer(server.port()));
        }
        int refused = 0;
        for (Peer each : open) {
            Peer.Answer answer = each.get("/health/ready");
            if (answer.status() == 503) {
                assertThat(answer.body()).contains("\"overloaded\"");
                assertThat(answer.header("retry-after")).matches("[1-5]");
                refused++;
            }
        }
        // Which of them came last nobody can say; but the bystanders have their places.
        assertThat(refused).isEqualTo(Bystanders.SESSIONS);
        bystanders.areWell();
        within("connections", before, PER_ADDRESS * CONNECTION_BYTES);
    }

    @Test
    void whatIsNeverFinishedIsHeldForAWhileAndBounded() throws IOException {
        stop();
        server = start(BRIEFLY_MILLIS);
        bystanders = new Bystanders(server.port());
        String post = "POST /v1/poll HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ";
        List<Peer> silent = hold("silence", peer -> {});
        List<Peer> upgrading = hold("half a handshake", peer -> peer.raw("GET /v1/ws HTTP/1.1\r\nHost: 127"));
        List<Peer> heading = hold(
                "headers",
                peer -> peer.raw("GET /v1/ws HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                        + ("X: " + "x".repeat(1_000) + "\r\n").repeat(15)));
        List<Peer> posting = hold("bodies", peer -> peer.raw(post + "1000000\r\n\r\n" + " ".repeat(950_000)));
        List<Peer> dripping = hold("dripping bodies", peer -> {
            peer.raw(post + "1000000\r\n\r\n");
            for (int i = 0; i < 300; i++) {
                peer.raw(" ");
            }
        });
        List<Peer> chunking = hold(
                "chunks",
                peer -> peer.raw("POST /v1/poll HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n"
                        + "1\r\n \r\n".repeat(20_000)));
        List<Peer> fragmenting = hold("fragments", peer -> {
            session(peer);
            peer.raw(Peer.masked(Peer.TEXT & 0x0F, new byte[60_000]));
        });
        List<Peer> unnamed = hold("sockets without a session", peer -> Peer.webSocket(peer, server.port(), Peer.JSON));
        List<Integer> posted = new ArrayList<>();
        for (int i = 0; i < OFFENDERS; i++) {
            assertThat(silent.get(i).over()).isTrue();
            assertThat(upgrading.get(i).answer().status()).isEqualTo(408);
            assertThat(heading.get(i).answer().status()).isEqualTo(408);
            posted.add(posting.get(i).answer().status());
            assertThat(dripping.get(i).answer().status()).isEqualTo(408);
            assertThat(chunking.get(i).answer().status()).isEqualTo(408);
            assertThat(fragmenting.get(i).closed()).isEqualTo(1008);
            assertThat(unnamed.get(i).closed()).isEqualTo(4200);
        }
        // Some long bodies have room, and when they are gone it is there again.
        assertThat(posted).contains(408, 503).containsOnly(408, 503);
        for (Peer each : open) {
            each.close();
        }
        Eventually.holds(() -> longBodyHasRoom(post));
        bystanders.areWell();
    }

    /** It is read and found to be no poll, rather than refused unread. */
    private boolean longBodyHasRoom(String post) {
        try (Peer peer = new Peer(server.port())) {
            return peer.ask(post + "1000000\r\n\r\n" + " ".repeat(1_000_000)).status() == 400;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void connectionsThatComeAndGoLeaveNothing() throws Exception {
        cycles(500);
        Memory before = Memory.now();
        cycles(CYCLES);
        within("comings and goings", before, LEFT_BYTES);
    }

    /** Comes and goes in every way there is; ends when their sessions have ended as well. */
    private void cycles(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            try (Peer peer = new Peer(server.port())) {
                switch (i % 4) {
                    case 0 -> session(peer);
                    case 1 -> {
                        session(peer);
                        peer.text("{\"type\":\"disconnect\"}");
                        assertThat(peer.closed()).isEqualTo(1000);
                    }
                    case 2 -> assertThat(poll(peer).body()).contains("\"connected\"");
                    default -> peer.raw("GET /v1/ws HT");
                }
                peer.reset();
            }
        }
        Eventually.holds(() -> sessions() == Bystanders.SESSIONS);
        bystanders.areWell();
    }

    private static Peer.Answer poll(Peer peer) throws IOException {
        String body = "{\"seq\":1,\"wait\":0,\"frames\":[{\"type\":\"connect\",\"id\":1}]}";
        return peer.ask(
                "POST /v1/poll HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: "
                        + body.length() + "\r\n\r\n" + body);
    }
}
