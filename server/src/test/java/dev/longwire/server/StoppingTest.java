// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.longwire.core.Limits;
import dev.longwire.core.rate.Rates;
import dev.longwire.server.config.ServerConfig;
import dev.longwire.server.connection.Connection;
import dev.longwire.server.connection.ConnectionListener;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** How connections and servers end, and that nothing of them is left. */
final class StoppingTest {

    private static final ServerConfig CONFIG =
            ServerConfig.DEFAULT.at("127.0.0.1", 0).withLoops(2);

    @Test
    void everybodyIsToldWhenToComeBack() throws Exception {
        LongwireServer server = LongwireServer.start(CONFIG.withDrainMillis(1_000));
        int port = server.port();
        try (Peer json = Peer.session(port, Peer.JSON);
                Peer cbor = Peer.session(port, Peer.CBOR);
                Peer unconnected = Peer.webSocket(port, Peer.JSON);
                Peer idle = new Peer(port)) {
            json.send("{\"type\":\"subscribe\",\"id\":2,\"channel\":\"end\"}");
            json.expect("subscribed");
            assertThat(idle.get("/health/ready").status()).isEqualTo(200);
            cbor.send("{\"type\":\"publish\",\"id\":2,\"channel\":\"end\",\"data\":\"7\"}");
            cbor.expect("published");
            CompletableFuture<Void> stopped = CompletableFuture.runAsync(server::stop);
            assertThat(json.expect("message")).containsEntry("offset", 1L);
            for (Peer peer : new Peer[] {json, cbor}) {
                Map<String, Object> goodbye = peer.expect("disconnect");
                assertThat(goodbye).containsEntry("code", 4000L).containsEntry("reconnect", true);
                assertThat(peer.closed()).isEqualTo(4000);
                peer.frame(Peer.CLOSE, new byte[] {0x0F, (byte) 0xA0});
                assertThat(peer.over()).isTrue();
            }
            assertThat(unconnected.closed()).isEqualTo(4000);
            assertThat(idle.over()).isTrue();
            stopped.get(Peer.DEADLINE_MILLIS, TimeUnit.MILLISECONDS);
            assertThatThrownBy(() -> new Peer(port)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void whatWasConfirmedIsDeliveredBeforeTheGoodbye() throws Exception {
        Held held = new Held();
        LongwireServer server = LongwireServer.start(CONFIG.withDrainMillis(1_000), held);
        try (Peer reader = Peer.session(server.port(), Peer.JSON);
                Peer second = Peer.session(server.port(), Peer.JSON);
                Peer third = Peer.session(server.port(), Peer.JSON)) {
            boolean secondIsBeside = held.threads.get(1).equals(held.threads.get(0));
            Peer beside = secondIsBeside ? second : third;
            Peer elsewhere = secondIsBeside ? third : second;
            assertThat(held.threads.get(secondIsBeside ? 2 : 1)).isNotEqualTo(held.threads.get(0));
            for (int i = 0; i < 16; i++) {
                reader.send("{\"type\":\"subscribe\",\"id\":" + (i + 2) + ",\"channel\":\"end:" + i + "\"}");
                reader.expect("subscribed");
            }
            held.hold(held.threads.get(0));
            beside.send("{\"type\":\"ping\"}");
            held.stands.await();
            // About half of the channels belong to the loop that stands still; the other half's are confirmed.
            for (int i = 0; i < 16; i++) {
                elsewhere.send("{\"type\":\"publish\",\"id\":" + (i + 2) + ",\"channel\":\"end:" + i + "\",\"data\":"
                        + i + "}");
            }
            List<Long> confirmed = new ArrayList<>();
            CompletableFuture<Void> stopped = null;
            for (Map<String, Object> frame = elsewhere.message();
                    !Objects.equals(frame.get("type"), "disconnect");
                    frame = elsewhere.message()) {
                assertThat(frame).containsEntry("type", "published");
                confirmed.add(Documents.number(frame, "id") - 2);
                if (stopped == null) {
                    stopped = CompletableFuture.runAsync(server::stop);
                }
            }
            held.release();
            List<Long> delivered = new ArrayList<>();
            for (Map<String, Object> frame = reader.message();
                    !Objects.equals(frame.get("type"), "disconnect");
                    frame = reader.message()) {
                assertThat(frame).containsEntry("type", "message");
                delivered.add(Documents.number(frame, "data"));
            }
            assertThat(delivered).isNotEmpty().containsAll(confirmed);
            server.stop();
        }
    }

    /** Makes one of the server's loops stand still, in the middle of what it does. */
    private static final class Held implements ConnectionListener {
        final List<Thread> threads = new CopyOnWriteArrayList<>();
        final CountDownLatch stands = new CountDownLatch(1);
        private final CountDownLatch released = new CountDownLatch(1);
        private volatile @Nullable Thread which;

        void hold(Thread thread) {
            which = thread;
        }

        void release() {
            released.countDown();
        }

        @Override
        public void opened(Connection connection) {
            threads.add(Thread.currentThread());
        }

        @Override
        public void message(Connection connection, int bytes) {
            if (Thread.currentThread().equals(which)) {
                stands.countDown();
                try {
                    released.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }

    @Test
    void whoeverDoesNotSayGoodbyeIsNotWaitedForLong() throws Exception {
        LongwireServer server = LongwireServer.start(CONFIG.withDrainMillis(100));
        try (Peer mute = Peer.session(server.port(), Peer.JSON)) {
            CompletableFuture.runAsync(server::stop).get(Peer.DEADLINE_MILLIS, TimeUnit.MILLISECONDS);
            assertThat(mute.closed()).isEqualTo(4000);
            assertThat(mute.over()).isTrue();
        }
    }

    @Test
    void twoThousandCyclesLeaveNothing() throws IOException {
        Limits shortWindow = new Limits(
                10_000, 25_000, 8_000, 50, 128, 128, 128, 65_536, 300_000, 20_000, 2, 262_144, 30_000, Rates.DEFAULT);
        try (LongwireServer server =
                LongwireServer.start(CONFIG.withDrainMillis(0).withSession(shortWindow))) {
            for (int i = 0; i < 2_000; i++) {
                Peer peer = Peer.webSocket(server.port(), i % 2 == 0 ? Peer.JSON : Peer.CBOR);
                if (i % 5 > 0) {
                    peer.send("{\"type\":\"connect\",\"id\":1}");
                    peer.expect("connected");
                    peer.send("{\"type\":\"subscribe\",\"id\":2,\"channel\":\"cycle:" + i % 7 + "\"}");
                }
                switch (i % 5) {
                    case 0, 1 -> peer.reset();
                    case 2 -> {
                        peer.expect("subscribed");
                        peer.send("{\"type\":\"disconnect\"}");
                        assertThat(peer.closed()).isEqualTo(1000);
                        peer.close();
                    }
                    case 3 -> {
                        peer.frame(Peer.CLOSE, new byte[0]);
                        peer.closed();
                        peer.close();
                    }
                    default -> peer.close();
                }
            }
            try (Peer admin = new Peer(server.port())) {
                String stats = admin.get("/v1/admin/stats").body();
                for (int tries = 0; tries < 2_000 && !isEmpty(stats); tries++) {
                    stats = admin.get("/v1/admin/stats").body();
                }
                assertThat(isEmpty(stats)).as(stats).isTrue();
                assertThat(admin.get("/v1/admin/connections").body()).isEqualTo("{\"connections\":[]}");
                assertThat(admin.get("/metrics").body())
                        .contains("longwire_connections_open{carrier=\"websocket\"} 0")
                        .contains("longwire_sessions 0");
                Map<String, Object> channels =
                        Documents.parse(admin.get("/v1/admin/channels").body());
                for (Object channel : Documents.list(channels, "channels")) {
                    assertThat(Documents.number((Map<?, ?>) channel, "subscribers"))
                            .isZero();
                }
            }
        }
    }

    private static boolean isEmpty(String stats) throws IOException {
        Map<String, Object> all = Documents.parse(stats);
        return Documents.number(all, "sessions") == 0
                && Documents.text(all, "carriers").equals("{websocket=0, poll=0, stream=0}");
    }
}
