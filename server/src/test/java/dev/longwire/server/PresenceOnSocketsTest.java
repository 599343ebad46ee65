// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longwire.core.Namespaces;
import dev.longwire.core.SlowPolicy;
import dev.longwire.core.log.Retention;
import dev.longwire.core.presence.PresenceSettings;
import dev.longwire.server.config.ServerConfig;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Presence on several loops and three carriers, of clients that are killed, cut and come back at random. */
final class PresenceOnSocketsTest {

    private static final long SEED = 20_261_123;
    private static final int MEMBERS = 60;
    private static final String HEAD = "{\"type\":\"presence\",\"channel\":\"room\",";

    private static LongwireServer server;

    @BeforeAll
    static void start() throws IOException {
        PresenceSettings presence = new PresenceSettings(5_000, 2_000, 4_096, 20, 500);
        Namespaces namespaces =
                new Namespaces(new Namespaces.Settings(Retention.DEFAULT, SlowPolicy.CATCH_UP, presence), Map.of());
        server = LongwireServer.start(ServerConfig.DEFAULT
                .at("127.0.0.1", 0)
                .withLoops(3)
                .withDrainMillis(0)
                .withNamespaces(namespaces, 64L * 1024 * 1024));
    }

    @AfterAll
    static void stop() {
        server.stop();
    }

    /** Somebody who is in the room, by whatever carrier. */
    private static final class Somebody {
        final int carrier;
        Peer peer;
        String client = "";
        String session = "";
        int turn = 1;

        Somebody(int carrier) throws IOException {
            this.carrier = carrier;
            this.peer = attach("\"nonce\":\"" + carrier + "-" + System.identityHashCode(this) + "\"");
        }

        private Peer attach(String more) throws IOException {
            String connect = "{\"type\":\"connect\",\"id\":1," + more + "}";
            String enter = turn > 1 ? "" : HEAD + "\"id\":2,\"action\":\"enter\",\"data\":" + carrier + "}";
            if (carrier == 0) {
                Peer next = Peer.webSocket(server.port(), Peer.JSON).send(connect);
                connected(next.expect("connected"));
                if (!enter.isEmpty()) {
                    next.send(enter);
                    next.expect("presence");
                }
                return next;
            }
            Peer first = new Peer(server.port());
            post(first, "{\"seq\":1,\"wait\":0,\"frames\":[" + connect + "]}");
            connected(answered(first));
            int seq = 2;
            if (!enter.isEmpty()) {
                post(first, "{\"session\":\"" + session + "\",\"seq\":2,\"frames\":[" + enter + "]}");
                assertThat(Documents.text(answered(first), "action")).isEqualTo("enter");
                seq++;
            }
            // From here on a poll is held, or a stream is open.
            String stream = carrier == 2 ? ",\"stream\":true" : "";
            post(first, "{\"session\":\"" + session + "\",\"seq\":" + seq + stream + ",\"frames\":[]}");
            return first;
        }

        /** The one frame that answers a poll. */
        private static Map<?, ?> answered(Peer peer) throws IOException {
            List<?> frames = Documents.list(Documents.parse(peer.answer().body()), "frames");
            assertThat(frames).hasSize(1);
            return (Map<?, ?>) frames.getFirst();
        }

        private static void post(Peer peer, String body) throws IOException {
            peer.raw("POST /v1/poll HTTP/1.1\r\nHost: 127.0.0.1:" + server.port()
                    + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
        }

        private void connected(Map<?, ?> frame) {
            client = Documents.text(frame, "client");
            session = Documents.text(frame, "session");
            assertThat(frame.get("resumed")).isEqualTo(turn > 1);
        }

        /** Comes back on a connection of its own, which may be another loop's. */
        void comeBack() throws IOException {
            turn++;
            String before = client;
            peer = attach("\"resume\":{\"session\":\"" + session + "\",\"turn\":" + turn + ",\"channels\":{}}");
            assertThat(client).isEqualTo(before);
        }
    }

    /** What an observer makes of what it is told. */
    private static final class Observer implements AutoCloseable {
        final Peer peer;
        final Set<String> set = new TreeSet<>();
        final Set<String> everLeft = new LinkedHashSet<>();
        private final Set<String> pages = new TreeSet<>();
        private long version = -1;

        Observer(String format) throws IOException {
            peer = Peer.session(server.port(), format);
            peer.send(HEAD + "\"id\":2,\"action\":\"observe\"}");
            assertThat(peer.expect("presence")).containsEntry("action", "observe");
        }

        /** Reads until somebody's set is this one; the socket's deadline ends it otherwise. */
        void awaits(Set<String> expected) throws IOException {
            while (version < 0 || !set.equals(expected)) {
                Map<String, Object> frame = peer.expect("presence");
                long at = Documents.number(frame, "version");
                if (frame.containsKey("sync")) {
                    pages.addAll(clients(frame, "members"));
                    if ("end".equals(frame.get("sync"))) {
                        set.clear();
                        set.addAll(pages);
                        pages.clear();
                        version = at;
                    }
                } else {
                    assertThat(at).isEqualTo(version + 1);
                    version = at;
                    change(frame);
                }
            }
        }

        private void change(Map<String, Object> frame) {
            for (String each : clients(frame, "joined")) {
                assertThat(set.add(each)).as("joins once").isTrue();
            }
            for (String each : clients(frame, "left")) {
                assertThat(set.remove(each)).as("leaves once").isTrue();
                everLeft.add(each);
            }
            assertThat(frame).containsEntry("count", (long) set.size());
        }

        private static List<String> clients(Map<String, Object> frame, String list) {
            List<String> clients = new ArrayList<>();
            if (frame.containsKey(list)) {
                for (Object each : Documents.list(frame, list)) {
                    clients.add(Documents.text((Map<?, ?>) each, "client"));
                }
            }
            return clients;
        }

        @Override
        public void close() throws IOException {
            peer.close();
        }
    }

    /** [X1] [X6] [X7] [X9] */
    @Test
    void everyObserverEndsWithTheTruthAndNobodyWhoCameBackInTimeWasEverGone() throws IOException {
        Random random = new Random(SEED);
        List<Somebody> all = new ArrayList<>();
        Set<String> gone = new LinkedHashSet<>();
        try (Observer asJson = new Observer(Peer.JSON);
                Observer asCbor = new Observer(Peer.CBOR)) {
            for (int i = 0; i < MEMBERS; i++) {
                all.add(new Somebody(i % 3));
            }
            Set<String> there = new TreeSet<>();
            all.forEach(each -> there.add(each.client));
            asJson.awaits(there);
            for (Somebody each : all) {
                int fate = random.nextInt(4);
                if (fate > 0) {
                    each.peer.reset();
                }
                if (fate == 1) {
                    gone.add(each.client);
                } else if (fate > 1) {
                    each.comeBack();
                }
            }
            there.removeAll(gone);
            asJson.awaits(there);
            asCbor.awaits(there);
            assertThat(gone).isNotEmpty();
            assertThat(asJson.everLeft).isEqualTo(gone);
            assertThat(asCbor.everLeft).isEqualTo(gone);
            try (Observer late = new Observer(Peer.JSON)) {
                late.awaits(there);
                assertThat(late.everLeft).isEmpty();
            }
        } finally {
            for (Somebody each : all) {
                each.peer.close();
            }
        }
    }
}
