// SPDX-License-Identifier: Apache-2.0
package dev.longwire.protocol.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.longwire.protocol.ClientFrame;
import dev.longwire.protocol.CloseCode;
import dev.longwire.protocol.ErrorCode;
import dev.longwire.protocol.Payload;
import dev.longwire.protocol.Position;
import dev.longwire.protocol.ServerFrame;
import dev.longwire.protocol.Want;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Every frame in the form of docs/protocol.md. */
final class GoldenTest {

    private static final Payload HELLO = Payload.json("{\"text\":\"hello\"}".getBytes(UTF_8));
    private static final Position K3 = new Position("k3", 45);

    private static final Map<String, ServerFrame> SERVER = new LinkedHashMap<>();
    private static final Map<String, ClientFrame> CLIENT = new LinkedHashMap<>();

    static {
        session();
        channels();
        history();
        endings();
        connects();
        requests();
    }

    private static void session() {
        SERVER.put("""
                {"type":"connected","id":1,"session":"s","client":"c-7f","resumed":true,"turn":7,"user":"ann",\
                "ping":25000,"window":120000,"expires":null,"dedupe":300000}""", new ServerFrame.Connected(1, "s", "c-7f", true, 7, "ann", 25000, 120000, 0, 300000));
        SERVER.put(
                """
                {"type":"connected","id":1,"session":"s","client":"c-7f","resumed":false,"turn":1,"user":null,\
                "ping":25000,"window":120000,"expires":1790000000000,"dedupe":300000}""", new ServerFrame.Connected(1, "s", "c-7f", false, 1, null, 25000, 120000, 1790000000000L, 300000));
        SERVER.put("{\"type\":\"refresh\",\"id\":6,\"expires\":5}", new ServerFrame.Refreshed(6, 5));
        SERVER.put("{\"type\":\"refresh\",\"expires\":5}", new ServerFrame.Refreshed(0, 5));
        SERVER.put("{\"type\":\"refresh\",\"id\":6,\"expires\":null}", new ServerFrame.Refreshed(6, 0));
        SERVER.put("{\"type\":\"result\",\"id\":7,\"data\":{\"text\":\"hello\"}}", new ServerFrame.Result(7, HELLO));
        SERVER.put("{\"type\":\"pong\"}", new ServerFrame.Pong());
    }

    private static void channels() {
        SERVER.put("""
                {"type":"subscribed","id":2,"channel":"chat:1","epoch":"k3","offset":45,"recovered":true,"replay":3}""", new ServerFrame.Subscribed(2, "chat:1", K3, true, 3, null, false));
        SERVER.put("""
                {"type":"subscribed","channel":"chat:1","epoch":"k3","offset":45,"recovered":false,"replay":0,\
                "reason":"too_old"}""", new ServerFrame.Subscribed(0, "chat:1", K3, false, 0, ServerFrame.Unrecovered.TOO_OLD, false));
        SERVER.put(
                "{\"type\":\"unsubscribed\",\"id\":3,\"channel\":\"chat:1\",\"reason\":\"client\"}",
                new ServerFrame.Unsubscribed(3, "chat:1", "client"));
        SERVER.put(
                "{\"type\":\"unsubscribed\",\"channel\":\"chat:1\",\"reason\":\"forbidden\"}",
                new ServerFrame.Unsubscribed(0, "chat:1", "forbidden"));
        SERVER.put("""
                {"type":"subscriptions","id":4,"channels":[{"channel":"chat:1","epoch":"k3","offset":45}]}""", new ServerFrame.Subscriptions(4, List.of(new ServerFrame.Subscriptions.Entry("chat:1", K3))));
        SERVER.put(
                "{\"type\":\"subscriptions\",\"id\":4,\"channels\":[]}", new ServerFrame.Subscriptions(4, List.of()));
        SERVER.put("""
                {"type":"published","id":3,"channel":"chat:1","epoch":"k3","offset":45,"stored":"memory"}""", new ServerFrame.Published(3, "chat:1", K3, "memory", 0, false));
        SERVER.put("""
                {"type":"published","id":3,"channel":"chat:1","epoch":"k3","offset":45,"stored":"memory",\
                "dedupe":300000,"duplicate":true}""", new ServerFrame.Published(3, "chat:1", K3, "memory", 300000, true));
        SERVER.put("""
                {"type":"message","channel":"chat:1","offset":45,"time":1790000000000,"from":"ann","client":"c-7f",\
                "slot":"s","headers":{"trace":"t","b":""},"data":{"text":"hello"}}""", message("ann", "s", headers(), HELLO));
        SERVER.put("""
                {"type":"message","channel":"chat:1","offset":45,"time":1790000000000,"from":null,"client":"c-7f",\
                "data64":"AQI="}""", message(null, null, Map.of(), Payload.binary(new byte[] {1, 2})));
        SERVER.put("""
                {"type":"reset","channel":"chat:1","epoch":"k3","from":46,"to":90,"reason":"too_slow"}""", new ServerFrame.Gap("chat:1", "k3", 46, 90, ServerFrame.Gap.Cause.TOO_SLOW));
        SERVER.put("""
                {"type":"reset","channel":"chat:1","old":"k2","epoch":"k3","offset":45,"reason":"epoch_changed"}""", new ServerFrame.EpochChanged("chat:1", "k2", K3));
    }

    private static void history() {
        SERVER.put(
                """
                {"type":"history","id":5,"channel":"chat:1","epoch":"k3","offset":45,"messages":[\
                {"offset":45,"time":1790000000000,"from":null,"client":"c-7f","data":{"text":"hello"}},\
                {"offset":45,"time":1790000000000,"from":"ann","client":"c-7f","slot":"s",\
                "headers":{"trace":"t","b":""},"data64":""}],"next":{"epoch":"k3","offset":45}}""",
                new ServerFrame.History(
                        5,
                        "chat:1",
                        K3,
                        List.of(
                                message(null, null, Map.of(), HELLO),
                                message("ann", "s", headers(), Payload.binary(new byte[0]))),
                        K3));
        SERVER.put(
                "{\"type\":\"history\",\"id\":5,\"channel\":\"chat:1\",\"epoch\":\"k3\",\"offset\":45,\"messages\":[]}",
                new ServerFrame.History(5, "chat:1", K3, List.of(), null));
        SERVER.put("""
                {"type":"history","id":5,"channel":"chat:1","epoch":"k3","offset":45,\
                "outcome":{"epoch":"k3","offset":45}}""", new ServerFrame.Outcome(5, "chat:1", K3, K3));
        SERVER.put(
                "{\"type\":\"history\",\"id\":5,\"channel\":\"chat:1\",\"epoch\":\"k3\",\"offset\":45,\"outcome\":\"none\"}",
                new ServerFrame.Outcome(5, "chat:1", K3, null));
    }

    private static void endings() {
        SERVER.put("""
                {"type":"error","id":3,"code":300,"name":"rate_limited",\
                "reason":"Too much in too short a time; `retry_after` says when to try again.","retry_after":250}""", new ServerFrame.Error(3, ErrorCode.RATE_LIMITED, null, 250));
        SERVER.put("""
                {"type":"error","code":105,"name":"missing_field",\
                "reason":"A required field is missing; `field` names it.","field":"id"}""", new ServerFrame.Error(0, ErrorCode.MISSING_FIELD, "id", 0));
        SERVER.put("""
                {"type":"disconnect","code":4000,"reason":"shutdown","reconnect":true,"retry_after":1234}""", new ServerFrame.Disconnect(CloseCode.SHUTDOWN, 1234));
        SERVER.put(
                "{\"type\":\"disconnect\",\"code\":4403,\"reason\":\"kicked\",\"reconnect\":false}",
                new ServerFrame.Disconnect(CloseCode.KICKED, 0));
    }

    private static void connects() {
        CLIENT.put(
                """
                {"type":"connect","id":1,"token":"t","agent":"my-client/1.0","nonce":"n","batch":true,\
                "resume":{"session":"s","turn":7,"channels":{"chat:1":{"epoch":"k3","offset":45},\
                "__proto__":{"epoch":"k3","offset":45,"presence":true},"b":{"last":5},"c":{}}}}""",
                new ClientFrame.Connect(
                        1,
                        "t",
                        "my-client/1.0",
                        "n",
                        true,
                        new ClientFrame.Resume(
                                "s",
                                7,
                                List.of(
                                        new Want("chat:1", K3, 0, false),
                                        new Want("__proto__", K3, 0, true),
                                        new Want("b", null, 5, false),
                                        new Want("c", null, 0, false)))));
        CLIENT.put("{\"type\":\"connect\",\"id\":1}", new ClientFrame.Connect(1, null, null, null, false, null));
        CLIENT.put(
                "{\"type\":\"connect\",\"id\":1,\"resume\":{\"channels\":{}}}",
                new ClientFrame.Connect(1, null, null, null, false, new ClientFrame.Resume(null, 0, List.of())));
        CLIENT.put("{\"type\":\"refresh\",\"id\":6,\"token\":\"t\"}", new ClientFrame.Refresh(6, "t", false, false));
        CLIENT.put(
                "{\"type\":\"refresh\",\"id\":6,\"token\":\"t\",\"add\":true,\"retry\":true}",
                new ClientFrame.Refresh(6, "t", true, true));
        CLIENT.put("{\"type\":\"ping\"}", new ClientFrame.Ping());
        CLIENT.put("{\"type\":\"disconnect\"}", new ClientFrame.Disconnect());
    }

    private static void requests() {
        CLIENT.put("""
                {"type":"subscribe","id":2,"channel":"chat:1","since":{"epoch":"k3","offset":45},"presence":true,\
                "retry":true}""", new ClientFrame.Subscribe(2, new Want("chat:1", K3, 0, true), true));
        CLIENT.put(
                "{\"type\":\"subscribe\",\"id\":2,\"channel\":\"chat:1\",\"last\":9}",
                new ClientFrame.Subscribe(2, new Want("chat:1", null, 9, false), false));
        CLIENT.put(
                "{\"type\":\"unsubscribe\",\"id\":3,\"channel\":\"chat:1\"}",
                new ClientFrame.Unsubscribe(3, "chat:1", false));
        CLIENT.put("{\"type\":\"subscriptions\",\"id\":4}", new ClientFrame.Subscriptions(4));
        CLIENT.put(
                """
                {"type":"publish","id":9007199254740991,"channel":"chat:1","key":"8f","slot":"s",\
                "headers":{"trace":"t","b":""},"data":{"text":"hello"},"retry":true}""",
                new ClientFrame.Publish(
                        (1L << 53) - 1, "chat:1", HELLO, new ClientFrame.Extras("8f", "s", headers()), true));
        CLIENT.put(
                "{\"type\":\"publish\",\"id\":3,\"channel\":\"chat:1\",\"data64\":\"AQI=\"}",
                new ClientFrame.Publish(
                        3, "chat:1", Payload.binary(new byte[] {1, 2}), ClientFrame.Extras.NONE, false));
        CLIENT.put("""
                {"type":"history","id":5,"channel":"chat:1","since":{"epoch":"k3","offset":45},"limit":50}""", new ClientFrame.History(5, "chat:1", K3, null, 50, false, null));
        CLIENT.put("""
                {"type":"history","id":5,"channel":"chat:1","before":{"epoch":"k3","offset":45},"reverse":true}""", new ClientFrame.History(5, "chat:1", null, K3, 0, true, null));
        CLIENT.put(
                "{\"type\":\"history\",\"id\":5,\"channel\":\"chat:1\",\"key\":\"k\"}",
                new ClientFrame.History(5, "chat:1", null, null, 0, false, "k"));
        CLIENT.put(
                "{\"type\":\"call\",\"id\":7,\"method\":\"rooms.create\",\"data\":{\"text\":\"hello\"}}",
                new ClientFrame.Call(7, "rooms.create", HELLO, false));
        CLIENT.put(
                "{\"type\":\"presence\",\"id\":8,\"channel\":\"chat:1\",\"action\":\"query\"}",
                new ClientFrame.Presence(8, "chat:1", ClientFrame.Presence.Action.QUERY, null, false));
        CLIENT.put("""
                {"type":"presence","id":8,"channel":"chat:1","action":"enter","data":{"text":"hello"},"retry":true}""", new ClientFrame.Presence(8, "chat:1", ClientFrame.Presence.Action.ENTER, HELLO, true));
    }

    private static ServerFrame.Message message(
            @Nullable String from, @Nullable String slot, Map<String, String> headers, Payload payload) {
        return new ServerFrame.Message("chat:1", 45, 1790000000000L, from, "c-7f", slot, headers, payload);
    }

    private static Map<String, String> headers() {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("trace", "t");
        headers.put("b", "");
        return headers;
    }

    @Test
    void serverFramesAreWrittenAsDocumented() {
        SERVER.forEach((json, frame) -> {
            byte[] bytes = Codec.of(Format.JSON).encode(frame);
            assertThat(new String(bytes, UTF_8)).isEqualTo(json);
            for (Format format : Format.values()) {
                byte[] encoded = Codec.of(format).encode(frame);
                assertThat(ClientCodec.of(format).decodeServer(encoded, 0, encoded.length))
                        .isEqualTo(frame);
            }
        });
    }

    @Test
    void clientFramesAreReadAsDocumented() {
        CLIENT.forEach((json, frame) -> {
            byte[] bytes = json.getBytes(UTF_8);
            assertThat(Codec.of(Format.JSON).decode(bytes, 0, bytes.length)).containsExactly(frame);
            assertThat(new String(ClientCodec.of(Format.JSON).encode(frame), UTF_8))
                    .isEqualTo(json);
            byte[] cbor = ClientCodec.of(Format.CBOR).encode(frame);
            assertThat(Codec.of(Format.CBOR).decode(cbor, 0, cbor.length)).containsExactly(frame);
        });
    }

    @Test
    void everyKindOfFrameIsHere() {
        assertThat(SERVER.values().stream().map(Object::getClass).distinct()).hasSize(15);
        // All but Bad, which stands for what is no frame.
        assertThat(CLIENT.values().stream().map(Object::getClass).distinct()).hasSize(11);
    }

    @Test
    void framesAreAppendedToASink() {
        ByteSink sink = new ByteSink(1);
        sink.write('[');
        Codec.of(Format.JSON).encode(new ServerFrame.Pong(), sink);
        sink.write(',');
        Codec.of(Format.JSON).encode(new ServerFrame.Pong(), sink);
        sink.write(']');
        assertThat(new String(sink.toByteArray(), UTF_8)).isEqualTo("[{\"type\":\"pong\"},{\"type\":\"pong\"}]");
        assertThat(ClientCodec.of(Format.JSON).decodeBatch(sink.array(), 0, sink.length()))
                .containsExactly(new ServerFrame.Pong(), new ServerFrame.Pong());
    }

    @Test
    void cborIsOfDefiniteLengthWithTextForJsonAndBytesForBytes() {
        assertThat(hex(new ServerFrame.Pong())).isEqualTo("a1" + text("type") + text("pong"));
        assertThat(hex(new ServerFrame.Result(7, Payload.json("[1 ]".getBytes(UTF_8)))))
                .isEqualTo("a3" + text("type") + text("result") + text("id") + "07" + text("data") + text("[1 ]"));
        assertThat(hex(new ServerFrame.Result(300, Payload.binary(new byte[] {1, (byte) 0xFF}))))
                .isEqualTo("a3" + text("type") + text("result") + text("id") + "19012c" + text("data") + "42" + "01ff");
    }

    @Test
    void textThatHasNoUtf8IsReplacedNotRefused() {
        ServerFrame frame = new ServerFrame.Unsubscribed(1, "a", "x\ud83dy\ude00\ud83d\ude00\udc00");
        for (Format format : Format.values()) {
            byte[] bytes = Codec.of(format).encode(frame);
            assertThat(Utf8.valid(bytes, 0, bytes.length) || format == Format.CBOR)
                    .isTrue();
            assertThat(ClientCodec.of(format).decodeServer(bytes, 0, bytes.length))
                    .isEqualTo(new ServerFrame.Unsubscribed(1, "a", "x\uFFFDy\uFFFD\ud83d\ude00\uFFFD"));
        }
    }

    private static String hex(ServerFrame frame) {
        return HexFormat.of().formatHex(Codec.of(Format.CBOR).encode(frame));
    }

    private static String text(String ascii) {
        return HexFormat.of().toHexDigits((byte) (0x60 + ascii.length()))
                + HexFormat.of().formatHex(ascii.getBytes(UTF_8));
    }
}
