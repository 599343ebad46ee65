// SPDX-License-Identifier: Apache-2.0
package dev.longwire.protocol.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.longwire.protocol.ClientFrame;
import dev.longwire.protocol.Payload;
import dev.longwire.protocol.ServerFrame;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A payload leaves as the bytes it came as. */
final class PayloadTest {

    private static final Codec JSON = Codec.of(Format.JSON);
    private static final Codec CBOR = Codec.of(Format.CBOR);

    @Test
    void jsonPayloadsAreTheExactBytesOfTheMessage() {
        for (String value : Payloads.EXACT) {
            for (String frame : placements(value)) {
                assertThat(text(payload(JSON, frame.getBytes(UTF_8)))).as(frame).isEqualTo(value);
            }
        }
    }

    /** Frames with this data first, in the middle and last, with and without space around it, alone and in an array. */
    private static List<String> placements(String value) {
        List<String> frames = new ArrayList<>();
        for (String space : List.of("", " ", "\r\n\t ")) {
            String data = "\"data\"" + space + ":" + space + value + space;
            String rest = "\"type\":\"publish\",\"id\":1,\"channel\":\"a\"";
            frames.add(space + "{" + data + "," + rest + "}" + space);
            frames.add("{\"é\":\"漢\"," + rest + "," + space + data + "}");
            frames.add("{\"type\":\"publish\"," + data + ",\"id\":1,\"channel\":\"a\"}");
            frames.add(space + "[" + space + "{" + rest + "," + data + "}" + space + "]" + space);
        }
        return frames;
    }

    @Test
    void theMessageMayLieAnywhereInTheArray() {
        byte[] frame = "{\"type\":\"publish\",\"id\":1,\"channel\":\"a\",\"data\":\"é\"}".getBytes(UTF_8);
        byte[] wide = new byte[frame.length + 20];
        Arrays.fill(wide, (byte) '{');
        System.arraycopy(frame, 0, wide, 7, frame.length);
        ClientFrame decoded = JSON.decode(wide, 7, frame.length).getFirst();
        assertThat(decoded).isInstanceOf(ClientFrame.Publish.class);
        assertThat(text(((ClientFrame.Publish) decoded).payload())).isEqualTo("\"é\"");
    }

    @Test
    void jsonGoesThroughCborAndBackUnchanged() {
        for (String value : Payloads.EXACT) {
            ServerFrame.Message message = message(Payload.json(value.getBytes(UTF_8)));
            byte[] json = JSON.encode(message);
            assertThat(new String(json, UTF_8)).endsWith(",\"data\":" + value + "}");
            ServerFrame.Message stored = JSON.decodeMessage(json, 0, json.length);
            assertThat(stored).isEqualTo(message);
            byte[] cbor = CBOR.encode(stored);
            assertThat(CBOR.decodeMessage(cbor, 0, cbor.length)).isEqualTo(message);
            assertThat(JSON.encode(CBOR.decodeMessage(cbor, 0, cbor.length))).isEqualTo(json);
        }
    }

    @Test
    void bytesTravelAsBase64OrAsBytes() {
        for (int length = 0; length < 300; length++) {
            byte[] bytes = new byte[length];
            for (int i = 0; i < length; i++) {
                bytes[i] = (byte) (i * 37 + length);
            }
            ServerFrame.Message message = message(Payload.binary(bytes));
            byte[] json = JSON.encode(message);
            assertThat(new String(json, UTF_8))
                    .endsWith(",\"data64\":\"" + java.util.Base64.getEncoder().encodeToString(bytes) + "\"}");
            byte[] cbor = CBOR.encode(JSON.decodeMessage(json, 0, json.length));
            assertThat(CBOR.decodeMessage(cbor, 0, cbor.length)).isEqualTo(message);
        }
    }

    private static ServerFrame.Message message(Payload payload) {
        return new ServerFrame.Message("chat:1", 45, 1790000000000L, "ann", "c-7f", null, Map.of(), payload);
    }

    private static Payload payload(Codec codec, byte[] message) {
        List<ClientFrame> frames = codec.decode(message, 0, message.length);
        assertThat(frames).hasSize(1).first().isInstanceOf(ClientFrame.Publish.class);
        return ((ClientFrame.Publish) frames.getFirst()).payload();
    }

    private static String text(Payload payload) {
        assertThat(payload.binary()).isFalse();
        return new String(payload.bytes(), UTF_8);
    }
}
