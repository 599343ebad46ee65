// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longwire.core.Namespaces;
import dev.longwire.core.SlowPolicy;
import dev.longwire.core.access.Operation;
import dev.longwire.core.log.Retention;
import dev.longwire.core.presence.PresenceSettings;
import dev.longwire.protocol.bridge.Piece;
import dev.longwire.server.config.BridgeConfig;
import dev.longwire.server.config.ServerConfig;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Somebody else's server through the bridge, on real sockets. */
final class BridgeTest {

    private static final String SECRET = "0123456789abcdefghijkl";
    private static final int MESSAGE = 200_000;

    private final EchoUpstream upstream = new EchoUpstream();
    private ServerConfig config;
    private LongwireServer server;
    private BridgePeer peer;

    @BeforeEach
    void start() throws Exception {
        URI url = URI.create("ws://localhost:" + upstream.port() + "/room");
        BridgeConfig echo =
                new BridgeConfig("echo", url, List.of(), List.of(), List.of("X-Room"), 60_000, MESSAGE, 100, false);
        BridgeConfig small = new BridgeConfig(
                "small", url, List.of("https://a.example"), List.of("other"), List.of(), 300, MESSAGE, 1, true);
        BridgeConfig nobody = new BridgeConfig(
                "nobody", URI.create("ws://127.0.0.1:1/"), List.of(), List.of(), List.of(), 60_000, MESSAGE, 1, false);
        config = ServerConfig.DEFAULT
                .at("127.0.0.1", 0)
                .withLoops(2)
                .withDrainMillis(0)
                .withBridges(List.of(echo, small, nobody));
        server = LongwireServer.start(config);
        peer = new BridgePeer(server.port(), "echo");
    }

    @AfterEach
    void stop() {
        peer.close();
        server.stop();
        upstream.close();
    }

    private static byte[] first(int turn, String more) {
        return BridgePeer.body("{\"session\":\"" + SECRET + "\",\"turn\":" + turn + ",\"seq\":1,\"ack\":0,\"from\":1,"
                + "\"open\":true" + more + "}");
    }

    private static byte[] poll(int seq, int ack, int from, Piece... pieces) {
        return BridgePeer.body(
                "{\"session\":\"" + SECRET + "\",\"turn\":1,\"seq\":" + seq + ",\"ack\":" + ack + ",\"from\":" + from
                        + "}",
                pieces);
    }

    /** What comes down by polls that bring nothing, until there are so many pieces. */
    private List<String> pieces(BridgePeer from, int seq, int ack, int up, int count) throws Exception {
        List<String> all = new ArrayList<>();
        for (int i = 0; all.size() < count; i++) {
            BridgePeer.Down down = from.poll(poll(seq + i, ack + all.size(), up));
            if (down.status() != 200) {
                all.add("status " + down.status() + " " + down.head());
                break;
            }
            all.addAll(down.pieces());
        }
        return all;
    }

    @Test // [Y1] [Y3] [Y4] [Y5] [Y6] [Y7] [Y10] [Y12]
    void talksByPolls() throws Exception {
        BridgePeer.Down opened = peer.poll(first(1, ",\"protocols\":\"nope,chat\",\"query\":\"a=1\""), "X-Room", "7");
        assertThat(opened.pieces()).containsExactly("opened chat");
        assertThat(opened.head())
                .contains("\"ack\":0,\"from\":1,")
                .contains("\"window\":60000,\"message\":200000,\"unconfirmed\":1048576,\"wait\":20000,\"ping\":25000")
                .contains("\"body\":1048576");
        assertThat(upstream.event()).isEqualTo("/room?a=1 7");
        CompletableFuture<BridgePeer.Down> answer = peer.later(poll(2, 1, 1, BridgePeer.text("hällo")));
        List<String> down = new ArrayList<>(answer.get().pieces());
        if (down.isEmpty()) {
            // Its confirmation may be faster than its echo.
            down.addAll(pieces(peer, 3, 1, 2, 1));
        }
        assertThat(down).containsExactly("text hällo");
    }

    @Test // [Y14] [Y15] [Y16] [Y19]
    void talksByWebSocket() throws Exception {
        BridgePeer.Line line = peer.connect().send(first(1, ",\"ping\":5"));
        BridgePeer.Down hello = line.next();
        List<String> down = new ArrayList<>(hello.pieces());
        assertThat(hello.head()).contains("\"pong\":5").contains("\"window\":60000");
        Piece part = new Piece.Part(true, false, new byte[65_536]);
        Piece rest = new Piece.Part(true, true, new byte[10]);
        if (down.isEmpty()) {
            down.addAll(line.pieces(1));
        }
        line.send(BridgePeer.body("{\"ack\":1}", BridgePeer.text(""), part, rest, BridgePeer.text("close:4321")));
        down.addAll(line.pieces(4));
        assertThat(down).containsExactly("opened ", "text ", "more 65536", "binary 10", "close 4321 as you wish");
    }

    @Test // [Y9] [Y16]
    void goesOnOverACutAndOnAnotherCarrier() throws Exception {
        BridgePeer.Line line = peer.connect().send(first(1, ""));
        line.pieces(1);
        line.send(BridgePeer.body("{\"ack\":1}", BridgePeer.text("one"), BridgePeer.text("two")));
        assertThat(line.pieces(2)).containsExactly("text one", "text two");
        line.cut();
        // Nothing of that is confirmed, and `two` is sent again: the upstream must not hear it twice.
        byte[] again = BridgePeer.body(
                "{\"session\":\"" + SECRET + "\",\"turn\":2,\"seq\":1,\"ack\":2,\"from\":2}",
                BridgePeer.text("two"),
                BridgePeer.text("three"));
        List<String> down = new ArrayList<>(peer.poll(again).pieces());
        if (down.size() < 2) {
            byte[] more = BridgePeer.body(
                    "{\"session\":\"" + SECRET + "\",\"turn\":2,\"seq\":2,\"ack\":" + (2 + down.size()) + "}");
            down.addAll(peer.poll(more).pieces());
        }
        assertThat(down).containsExactly("text two", "text three");
    }

    @Test // [Y13]
    void aPollWhoseAnswerWasLostIsSentAgain() throws Exception {
        assertThat(peer.poll(first(1, "")).pieces()).containsExactly("opened ");
        assertThat(peer.poll(first(1, "")).pieces()).containsExactly("opened ");
        upstream.event();
        assertThat(upstream.events).as("upstreams but the first").isEmpty();
        assertThat(peer.poll(poll(2, 1, 1, BridgePeer.text("close:1000"))).status())
                .isEqualTo(200);
        assertThat(pieces(peer, 3, 1, 2, 1)).containsExactly("close 1000 as you wish");
    }

    @Test // [Y8] [Y11]
    void whoComesLaterHasIt() throws Exception {
        BridgePeer.Line line = peer.connect().send(first(1, ""));
        line.pieces(1);
        assertThat(peer.poll(first(2, "")).pieces()).containsExactly("opened ");
        assertThat(line.next().status()).isEqualTo(4202);
        assertThat(peer.poll(poll(9, 1, 1)).head()).contains("poll_superseded");
        BridgePeer.Line other = peer.connect().send(first(3, ""));
        other.pieces(1);
        other.send(BridgePeer.body("{\"from\":5}", BridgePeer.text("hole")));
        assertThat(other.next().status()).isEqualTo(4205);
        byte[] ahead = BridgePeer.body("{\"session\":\"" + SECRET + "\",\"turn\":4,\"seq\":1}");
        assertThat(peer.poll(ahead).status()).isEqualTo(200);
        BridgePeer.Down hole =
                peer.poll(BridgePeer.body("{\"session\":\"" + SECRET + "\",\"turn\":4,\"seq\":2,\"ack\":77}"));
        assertThat(hole.status()).isEqualTo(409);
        assertThat(hole.head()).contains("out_of_order");
    }

    @Test // [Y4] [Y19]
    void aCloseGoesThroughAndComesBack() throws Exception {
        BridgePeer.Line line = peer.connect().send(first(1, ""));
        line.pieces(1);
        upstream.event();
        line.send(BridgePeer.body("{\"ack\":1}", new Piece.Close(3456, "bye")));
        assertThat(upstream.event()).isEqualTo("close 3456 bye");
        assertThat(line.pieces(1)).containsExactly("close 3456 bye");
    }

    @Test // [Y19]
    void anUpstreamThatBreaksOffOrIsNotThereIsAClose() throws Exception {
        BridgePeer.Line line = peer.connect().send(first(1, ""));
        line.pieces(1);
        line.send(BridgePeer.body("{\"ack\":1}", BridgePeer.text("cut")));
        assertThat(line.pieces(1)).containsExactly("close 1012 ");
        BridgePeer nobody = new BridgePeer(server.port(), "nobody");
        assertThat(nobody.poll(first(1, "")).pieces()).containsExactly("close 1006 ");
    }

    @Test // [Y15]
    void pingsOfTheUpstreamAreAnswered() throws Exception {
        BridgePeer.Line line = peer.connect().send(first(1, ""));
        line.pieces(1);
        upstream.event();
        line.send(BridgePeer.body("{\"ack\":1}", BridgePeer.text("ping")));
        assertThat(upstream.event()).isEqualTo("pong");
    }

    @Test // [Y18]
    void whatIsTooLongClosesBothSidesWith1009() throws Exception {
        BridgePeer.Line line = peer.connect().send(first(1, ""));
        line.pieces(1);
        upstream.event();
        Piece[] four = new Piece[4];
        Arrays.fill(four, new Piece.Part(true, false, new byte[65_536]));
        line.send(BridgePeer.body("{\"ack\":1}", four));
        assertThat(line.pieces(1)).containsExactly("close 1009 ");
        assertThat(upstream.event()).startsWith("close 1009");
    }

    @Test // [Y17]
    void anUpstreamIsNotReadWhileItsClientDoesNotConfirm() throws Exception {
        BridgePeer.Line line = peer.connect().send(first(1, ""));
        line.pieces(1);
        int messages = 640;
        line.send(BridgePeer.body("{\"ack\":1}", BridgePeer.text("pour:" + messages)));
        int got = line.pieces(16).size();
        // 40 MiB would come; without confirmations it ends with 1 MiB, and what the kernel has.
        BridgePeer.Line probe = line.send(BridgePeer.body("{\"ping\":1}"));
        for (BridgePeer.Down down = probe.next(); !down.head().contains("\"pong\":1"); down = probe.next()) {
            got += down.pieces().size();
        }
        assertThat(got).isBetween(16, 20);
        assertThat(upstream.poured.get()).isLessThan(messages);
        while (got < messages) {
            line.send(BridgePeer.body("{\"ack\":" + (got + 1) + "}"));
            got += line.next().pieces().size();
        }
        assertThat(got).isEqualTo(messages);
    }

    @Test // [Y17]
    void whoSendsMoreThanItHasRoomForIsClosed() throws Exception {
        BridgePeer.Line line = peer.connect().send(first(1, ""));
        line.pieces(1);
        line.send(BridgePeer.body("{\"ack\":1}", BridgePeer.text("stall")));
        // 20 MiB are more than all buffers on the way have.
        Piece[] parts = new Piece[8];
        Arrays.fill(parts, new Piece.Part(true, true, new byte[65_536]));
        byte[] body = BridgePeer.body("{}", parts);
        for (int i = 0; i < 40; i++) {
            line.send(body);
        }
        assertThat(line.pieces(1)).containsExactly("close 1008 ");
    }

    @Test // [Y20]
    void whoIsAwayForTooLongFindsNothing() throws Exception {
        BridgePeer small = new BridgePeer(server.port(), "small");
        assertThat(small.poll(first(1, ",\"protocols\":\"chat,other\"")).pieces())
                .containsExactly("opened other");
        upstream.event();
        assertThat(upstream.event()).startsWith("close 1001");
        BridgePeer.Down gone =
                small.poll(BridgePeer.body("{\"session\":\"" + SECRET + "\",\"turn\":2,\"seq\":1,\"ack\":1}"));
        assertThat(gone.status()).isEqualTo(404);
        assertThat(gone.head()).contains("session_gone");
    }

    @Test // [Y21]
    void aBridgeHasSoManySessions() throws Exception {
        BridgePeer small = new BridgePeer(server.port(), "small");
        BridgePeer.Line line = small.connect().send(first(1, ""));
        line.pieces(1);
        byte[] second = new String(first(1, ""), StandardCharsets.UTF_8)
                .replace(SECRET, "another-0123456789abcd")
                .getBytes(StandardCharsets.UTF_8);
        BridgePeer.Down full = small.poll(second);
        assertThat(full.status()).isEqualTo(503);
        assertThat(full.head()).contains("overloaded");
        assertThat(small.connect().send(second).next().status()).isEqualTo(4204);
        server.stop();
        assertThat(line.pieces(1)).containsExactly("close 1012 ");
        upstream.event();
        assertThat(upstream.event()).startsWith("close 1001");
        // There is one to stop.
        server = LongwireServer.start(ServerConfig.DEFAULT.at("127.0.0.1", 0));
    }

    @Test // [Y1] [Y2] [Y6] [Y7] [Y14]
    void whatIsWrongIsRefused() throws Exception {
        assertThat(peer.poll(new byte[] {1, 0, 0, 0, 9, 1}).head()).contains("malformed");
        assertThat(peer.poll(BridgePeer.body("{\"session\":\"short\",\"turn\":1,\"open\":true}"))
                        .head())
                .contains("invalid_field");
        assertThat(peer.poll(BridgePeer.body("{\"session\":\"" + SECRET + "\"}"))
                        .head())
                .contains("invalid_field");
        assertThat(peer.poll(first(1, ",\"query\":\"a#b\"")).head()).contains("invalid_field");
        assertThat(peer.poll(first(1, ""), "Content-Type", "text/html").status())
                .isEqualTo(415);
        assertThat(peer.poll(poll(1, 0, 1)).head()).contains("session_gone");
        assertThat(peer.poll(new byte[(1 << 20) + 1]).status()).isEqualTo(413);
        assertThat(peer.connect().send(new byte[] {9}).next().status()).isEqualTo(1007);
        BridgePeer.Line text = peer.connect();
        text.say("hello");
        assertThat(text.next().status()).isEqualTo(1003);
        assertThat(new BridgePeer(server.port(), "unknown").poll(first(1, "")).status())
                .isEqualTo(404);
    }

    @Test // [Y22]
    void aPlainWebSocketIsLedThrough() throws Exception {
        BridgePeer.Line line = peer.plain("?a=1", "nope", "chat");
        assertThat(line.next().head()).isEqualTo("chat");
        assertThat(upstream.event()).isEqualTo("/room?a=1 -");
        line.say("hällo");
        assertThat(line.next().head()).isEqualTo("hällo");
        line.close(4321, "bye");
        assertThat(upstream.event()).isEqualTo("close 4321 bye");
        BridgePeer.Line cut = peer.plain("");
        assertThat(cut.next().status()).isEqualTo(101);
        cut.say("close:4000");
        assertThat(cut.next()).isEqualTo(new BridgePeer.Down(4000, "as you wish", List.of()));
    }

    @Test // [Y22]
    void aPlainWebSocketIsRefusedAsOthersAre() throws Exception {
        BridgePeer nobody = new BridgePeer(server.port(), "nobody");
        for (int i = 0; i < 3; i++) {
            // Its bridge has one place, which is free again each time.
            assertThat(nobody.plain("").next().status()).isEqualTo(503);
        }
        try (BridgePeer small = new BridgePeer(server.port(), "small")) {
            assertThat(small.plain("", "other").next().head()).isEqualTo("other");
            assertThat(small.plain("", "other").next().status()).isEqualTo(503);
        }
    }

    @Test // [Y7]
    void whereTokensAreWantedABridgeWantsOne(@TempDir Path folder) throws Exception {
        server.stop();
        Namespaces.Settings open = new Namespaces.Settings(
                Retention.DEFAULT, SlowPolicy.CATCH_UP, PresenceSettings.DEFAULT, Set.of(Operation.SUBSCRIBE));
        server = LongwireServer.start(config.withTokens(List.of(new Issuers().config(folder, null)))
                .withNamespaces(new Namespaces(open, Map.of()), 0));
        peer = new BridgePeer(server.port(), "echo");
        assertThat(peer.poll(first(1, "")).head()).contains("unauthorized");
        assertThat(peer.poll(first(1, ",\"token\":\"x.y.z\"")).status()).isEqualTo(401);
        assertThat(peer.connect().send(first(1, "")).next().status()).isEqualTo(4401);
        assertThat(peer.plain("").next().status()).isEqualTo(401);
        assertThat(upstream.events).isEmpty();
        String token = Issuers.token("ann");
        assertThat(peer.poll(first(1, ""), "Authorization", "Bearer " + token).pieces())
                .containsExactly("opened ");
        // Whoever knows a session's name has it.
        assertThat(peer.connect().send(first(2, "")).pieces(1)).containsExactly("opened ");
        String said = ",\"token\":\"" + token + "\"";
        byte[] second = new String(first(1, said), StandardCharsets.UTF_8)
                .replace(SECRET, "another-0123456789abcd")
                .getBytes(StandardCharsets.UTF_8);
        assertThat(peer.connect().send(second).pieces(1)).containsExactly("opened ");
        assertThat(new BridgePeer(server.port(), "small").poll(first(1, "")).pieces())
                .containsExactly("opened ");
    }

    @Test
    void pagesNeedTheLeaveOfTheBridge() throws Exception {
        BridgePeer small = new BridgePeer(server.port(), "small");
        assertThat(small.poll(first(1, ""), "Origin", "https://b.example").head())
                .contains("origin_not_allowed");
        assertThat(small.poll(first(1, ""), "Origin", "https://a.example").status())
                .isEqualTo(200);
        assertThat(peer.poll(first(1, ""), "Origin", "https://a.example").head())
                .contains("origin_not_allowed");
    }
}
