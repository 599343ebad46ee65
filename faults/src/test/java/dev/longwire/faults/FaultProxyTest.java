// SPDX-License-Identifier: Apache-2.0
package dev.longwire.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longwire.faults.Fault.How;
import dev.longwire.faults.Fault.Side;
import dev.longwire.faults.Fault.Where;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Every fault, against a peer that tells what arrived. */
@Timeout(60)
final class FaultProxyTest {

    private static final String PUBLISH = "{\"type\":\"publish\",\"id\":1}";
    private static final String MESSAGE = "{\"type\":\"message\"}";

    private RawPeer peer;
    private FaultProxy proxy;

    @BeforeEach
    void start() throws IOException {
        peer = new RawPeer();
        proxy = FaultProxy.start(peer.address());
    }

    @AfterEach
    void stop() throws IOException {
        proxy.close();
        peer.close();
    }

    private static void await(BooleanSupplier condition) {
        long until = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited for too long").isLessThan(until);
            LockSupport.parkNanos(5_000_000);
        }
    }

    @Test
    void passesPollsAndTheirAnswersAndKnowsTheirFrames() throws Exception {
        try (RawClient client = new RawClient(proxy.port())) {
            client.poll("""
                    {"seq":1,"frames":[{"type":"connect","id":1,"nonce":"x"},
                     {"type":"publish","data":{"type":"nothing"}}]}""");
            assertThat(client.answer()).isEqualTo("{\"seq\":1,\"frames\":[{\"type\":\"message\",\"data\":\"1\"}]}");
            client.write(String.join(
                    "\r\n",
                    "POST /v1/poll HTTP/1.1",
                    "Transfer-Encoding: chunked",
                    "",
                    "5",
                    "{\"fra",
                    "1b",
                    "mes\":[{\"type\":\"subscribe\"}]",
                    "1",
                    "}",
                    "0",
                    "",
                    ""));
            assertThat(client.answer()).isEqualTo("{\"seq\":1,\"frames\":[]}");
        }
        assertThat(proxy.log().passed())
                .containsEntry("poll up http.request", 2L)
                .containsEntry("poll up connect", 1L)
                .containsEntry("poll up publish", 1L)
                .containsEntry("poll up subscribe", 1L)
                .containsEntry("poll down http.response", 2L)
                .containsEntry("poll down message", 1L)
                .doesNotContainKey("poll up nothing");
        assertThat(peer.received).hasSize(2).last().isEqualTo("1 {\"frames\":[{\"type\":\"subscribe\"}]}");
    }

    @Test
    void passesWebSocketFramesAndKnowsTheirTypes() throws Exception {
        byte[] cbor = HexFormat.of().parseHex("a1" + "64" + "74797065" + "64" + "70696e67");
        try (RawClient client = RawClient.webSocket(proxy.port())) {
            client.say("[" + PUBLISH + "," + MESSAGE + "]");
            assertThat(client.hear()).isEqualTo("[" + PUBLISH + "," + MESSAGE + "]");
            client.say(0x82, cbor);
            assertThat(client.hear()).isEqualTo(new String(cbor, StandardCharsets.UTF_8));
            client.say(0x01, "{\"type\":".getBytes(StandardCharsets.UTF_8));
            client.say(0x80, "\"call\"}".getBytes(StandardCharsets.UTF_8));
            assertThat(client.hear()).isEqualTo("{\"type\":");
            client.say(0x89, new byte[0]);
            client.hear();
            assertThat(client.hear()).isEmpty();
        }
        assertThat(proxy.log().passed())
                .containsEntry("websocket up http.upgrade", 1L)
                .containsEntry("websocket down http.upgrade", 1L)
                .containsEntry("websocket up publish", 1L)
                .containsEntry("websocket up message", 1L)
                .containsEntry("websocket down publish", 1L)
                .containsEntry("websocket up ping", 1L)
                .containsEntry("websocket up ws.fragment", 1L)
                .containsEntry("websocket up call", 1L)
                .containsEntry("websocket up ws.ping", 1L);
        await(() -> peer.ended.contains("1 fin"));
        assertThat(proxy.log().size()).isZero();
    }

    @Test
    void passesWhatItDoesNotUnderstand() throws Exception {
        try (RawClient client = new RawClient(proxy.port())) {
            client.write("GET / HTTP/1.1\r\nUpgrade: h2c\r\nContent-Length: 1\r\n\r\n!");
            assertThat(client.answer()).isEqualTo("{\"seq\":1,\"frames\":[]}");
            client.write("\u0016 and other bytes\r\nContent-Length: 3\r\n\r\nabc");
            assertThat(client.answer()).isEqualTo("{\"seq\":1,\"frames\":[]}");
        }
        assertThat(peer.received).containsExactly("1 !", "1 abc");
        assertThat(proxy.log().passed()).containsKey("bytes up bytes");
    }

    @Test
    void cutsAfterTheNthFrameOfATypeInOneDirection() throws Exception {
        proxy.rule(Rule.on(Direction.DOWN, "message").nth(2).cutAfter(How.FIN));
        try (RawClient client = RawClient.webSocket(proxy.port())) {
            client.say(MESSAGE);
            client.say(PUBLISH);
            client.say(MESSAGE);
            client.say(MESSAGE);
            assertThat(client.hear()).isEqualTo(MESSAGE);
            assertThat(client.hear()).isEqualTo(PUBLISH);
            assertThat(client.hear()).isEqualTo(MESSAGE);
            assertThat(client.end()).isNotEqualTo("open");
        }
        assertThat(proxy.log().cutsByPlace()).isEqualTo(java.util.Map.of("websocket down message", 1L));
        assertThat(proxy.log().entries()).singleElement().satisfies(entry -> {
            assertThat(entry.connection()).isEqualTo(1);
            assertThat(entry.frame()).isEqualTo("message");
        });
        try (RawClient second = RawClient.webSocket(proxy.port())) {
            second.say(MESSAGE);
            second.say(MESSAGE);
            second.hear();
            assertThat(second.hear()).as("struck once").isEqualTo(MESSAGE);
        }
    }

    @Test
    void cutsBeforeAFrameByResettingBothSides() throws Exception {
        proxy.rule(Rule.on(Direction.UP, "publish").cutBefore(How.RST));
        try (RawClient client = RawClient.webSocket(proxy.port())) {
            client.say(MESSAGE);
            assertThat(client.hear()).isEqualTo(MESSAGE);
            client.say(PUBLISH);
            assertThat(client.end()).isEqualTo("rst");
            await(() -> peer.ended.contains("1 rst"));
            assertThat(peer.received).containsExactly("1 " + MESSAGE);
        }
    }

    @Test
    void cutsWithinAFrameAndOneSideOnlyNotices() throws Exception {
        proxy.rule(Rule.on(Direction.UP, "publish").then(new Fault.Cut(Where.WITHIN, How.FIN, Side.CLIENT)));
        try (RawClient client = RawClient.webSocket(proxy.port())) {
            client.say(PUBLISH);
            assertThat(client.end()).isEqualTo("fin");
        }
        try (RawClient second = RawClient.webSocket(proxy.port())) {
            second.say(MESSAGE);
            second.hear();
        }
        assertThat(peer.received).containsExactly("2 " + MESSAGE);
        assertThat(peer.ended).as("the server still believes in it").doesNotContain("1 fin", "1 rst");
    }

    @Test
    void halfOpenSwallowsBothWaysAndTellsNobody() throws Exception {
        proxy.rule(Rule.on(Direction.UP, "publish").then(new Fault.HalfOpen()));
        try (RawClient client = RawClient.webSocket(proxy.port());
                RawClient second = RawClient.webSocket(proxy.port())) {
            client.say(PUBLISH);
            client.say(MESSAGE);
            second.say(MESSAGE);
            second.hear();
            assertThat(proxy.log().await(entry -> entry.fault() instanceof Fault.HalfOpen, Duration.ofSeconds(10)))
                    .isTrue();
            assertThat(client.available()).isZero();
            client.leave();
            second.say(PUBLISH);
            second.hear();
        }
        assertThat(peer.received).containsExactly("2 " + MESSAGE, "2 " + PUBLISH);
        assertThat(peer.ended).doesNotContain("1 fin", "1 rst");
    }

    @Test
    void aBlockedUpgradeIsRefusedHangsOrIsReset() throws Exception {
        proxy.rules(List.of(Rule.onUpgrade().then(new Fault.Refuse(403))));
        try (RawClient client = new RawClient(proxy.port())) {
            client.upgrade();
            assertThat(client.head()).startsWith("HTTP/1.1 403 ");
            assertThat(client.end()).isEqualTo("fin");
        }
        proxy.rules(List.of(Rule.onUpgrade().cutBefore(How.RST)));
        try (RawClient client = new RawClient(proxy.port())) {
            client.upgrade();
            assertThat(client.end()).isEqualTo("rst");
        }
        proxy.rules(List.of(Rule.onUpgrade().then(new Fault.HalfOpen())));
        try (RawClient client = new RawClient(proxy.port());
                RawClient poller = new RawClient(proxy.port())) {
            client.upgrade();
            poller.poll("{\"frames\":[]}");
            assertThat(poller.answer()).contains("\"seq\":1");
            assertThat(client.available()).isZero();
        }
        assertThat(peer.received).hasSize(1);
    }

    @Test
    void opensAndThenDies() throws Exception {
        proxy.rule(Rule.on(Direction.DOWN, "http.upgrade").then(new Fault.KillAfter(50, How.RST)));
        try (RawClient client = RawClient.webSocket(proxy.port())) {
            assertThat(client.end()).isEqualTo("rst");
        }
        await(() -> peer.ended.contains("1 rst"));
    }

    @Test
    void aDroppedRequestIsNeverAnswered() throws Exception {
        proxy.rule(Rule.on(Direction.UP, "publish").over(Carriage.POLL).then(new Fault.Drop()));
        try (RawClient client = new RawClient(proxy.port())) {
            client.poll("{\"frames\":[" + PUBLISH + "]}");
            client.poll("{\"frames\":[" + MESSAGE + "]}");
            assertThat(client.answer()).isNotEmpty();
        }
        assertThat(peer.received).containsExactly("1 {\"frames\":[" + MESSAGE + "]}");
    }

    @Test
    void aDelayedFrameStaysInOrder() throws Exception {
        proxy.rule(Rule.on(Direction.UP, "publish").then(new Fault.Delay(100)));
        try (RawClient client = RawClient.webSocket(proxy.port())) {
            client.say(PUBLISH);
            client.say(MESSAGE);
            assertThat(client.hear()).isEqualTo(PUBLISH);
            assertThat(client.hear()).isEqualTo(MESSAGE);
        }
        assertThat(proxy.log().byFault()).isEqualTo(java.util.Map.of("delay", 1L));
    }

    @Test
    void aDuplicatedPollArrivesTwiceAndIsAnsweredOnce() throws Exception {
        proxy.rule(Rule.on(Direction.UP, "publish").then(new Fault.Duplicate(0, false)))
                .rule(Rule.on(Direction.UP, "call").then(new Fault.Duplicate(0, true)));
        try (RawClient client = new RawClient(proxy.port())) {
            client.poll("{\"nonce\":\"x\",\"frames\":[" + PUBLISH + "]}");
            assertThat(client.answer()).contains("\"data\":\"1\"");
            await(() -> peer.received.size() == 2);
            assertThat(peer.received.get(1).substring(2))
                    .isEqualTo(peer.received.get(0).substring(2));
            client.poll("{\"nonce\":\"x\",\"frames\":[{\"type\":\"call\"}]}");
            assertThat(client.answer()).as("the answer of the copy").doesNotContain("\"data\":\"1\"");
            client.poll("{\"frames\":[]}");
            assertThat(client.answer()).as("the other one was thrown away").isEqualTo("{\"seq\":1,\"frames\":[]}");
        }
    }

    @Test
    void aDuplicatedFrameArrivesTwice() throws Exception {
        proxy.rule(Rule.on(Direction.DOWN, "message").then(new Fault.Duplicate(0, false)));
        try (RawClient client = RawClient.webSocket(proxy.port())) {
            client.say(MESSAGE);
            assertThat(client.hear()).isEqualTo(MESSAGE);
            assertThat(client.hear()).isEqualTo(MESSAGE);
        }
        assertThat(peer.received).hasSize(1);
    }

    @Test
    void aReplayedConnectArrivesLateOnAConnectionOfItsOwn() throws Exception {
        String connect = "{\"type\":\"connect\",\"id\":1}";
        proxy.rule(Rule.on(Direction.UP, "connect").then(new Fault.Replay(30)));
        try (RawClient client = RawClient.webSocket(proxy.port())) {
            client.say(connect);
            assertThat(client.hear()).isEqualTo(connect);
        }
        await(() -> peer.received.contains("2 " + connect));
        assertThat(peer.received).containsExactly("1 " + connect, "2 " + connect);
    }

    @Test
    void aThrottledDirectionTricklesAndLosesNothing() throws Exception {
        proxy.rule(Rule.on(Direction.DOWN, "publish").then(new Fault.Throttle(200)));
        try (RawClient client = RawClient.webSocket(proxy.port())) {
            client.say(PUBLISH);
            client.say(MESSAGE);
            assertThat(client.read()).isEqualTo(0x81);
            assertThat(client.available()).as("the rest comes later").isLessThan(PUBLISH.length());
            for (int i = 1; i < PUBLISH.length() + 4; i++) {
                assertThat(client.read()).isNotNegative();
            }
            assertThat(client.hear()).isEqualTo(MESSAGE);
        }
    }

    @Test
    void stopsReadingForAWhile() throws Exception {
        proxy.rule(Rule.on(Direction.UP, "publish").then(new Fault.StopReading(300)));
        try (RawClient client = RawClient.webSocket(proxy.port());
                RawClient second = RawClient.webSocket(proxy.port())) {
            client.say(PUBLISH);
            client.hear();
            client.say(MESSAGE);
            second.say("{\"type\":\"other\"}");
            second.hear();
            assertThat(client.hear()).isEqualTo(MESSAGE);
        }
        assertThat(peer.received).containsExactly("1 " + PUBLISH, "2 {\"type\":\"other\"}", "1 " + MESSAGE);
    }

    @Test
    void knowsTheFramesOfAnEventStreamAndCutsThere() throws Exception {
        proxy.rule(
                Rule.on(Direction.DOWN, "message").over(Carriage.STREAM).nth(2).cutBefore(How.RST));
        try (RawClient client = new RawClient(proxy.port())) {
            client.poll("{\"nonce\":\"xxx\",\"stream\":true,\"frames\":[{\"type\":\"connect\"}]}");
            assertThat(client.head()).contains("text/event-stream");
            assertThat(client.chunk()).isEqualTo("data: {\"type\":\"message\",\"data\":\"1\"}\n\n");
            assertThat(client.end()).isEqualTo("rst");
        }
        assertThat(proxy.log().passed()).containsEntry("stream up connect", 1L);
        assertThat(proxy.log().cutsByPlace()).isEqualTo(java.util.Map.of("stream down message", 1L));
    }

    @Test
    void cutsEverythingAtOnce() throws Exception {
        try (RawClient client = RawClient.webSocket(proxy.port());
                RawClient poller = new RawClient(proxy.port())) {
            poller.poll("{\"frames\":[]}");
            poller.answer();
            assertThat(proxy.open()).isEqualTo(2);
            assertThat(proxy.cutAll(How.RST)).isEqualTo(2);
            assertThat(client.end()).isEqualTo("rst");
            assertThat(poller.end()).isEqualTo("rst");
            await(() -> proxy.open() == 0);
        }
    }

    @Test
    void aServerThatIsNotThereLooksLikeAReset() throws Exception {
        peer.close();
        try (RawClient client = new RawClient(proxy.port())) {
            assertThat(client.end()).isEqualTo("rst");
        }
    }
}
