// SPDX-License-Identifier: Apache-2.0
package dev.longwire.protocol.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.longwire.protocol.ClientFrame;
import dev.longwire.protocol.ErrorCode;
import dev.longwire.protocol.ServerFrame;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Invariant: a frame survives both formats, and any bytes at all give frames or one fault, never an exception. */
final class RandomFramesTest {

    private static final int SEEDS = Boolean.getBoolean("longwire.long") ? 200_000 : 3_000;

    @Test
    void clientFramesSurviveBothFormats() {
        for (long seed = 0; seed < SEEDS; seed++) {
            ClientFrame frame = new RandomFrames(seed).client();
            for (Format format : Format.values()) {
                byte[] bytes = ClientCodec.of(format).encode(frame);
                assertThat(Codec.of(format).decode(bytes, 0, bytes.length))
                        .as("seed %d in %s", seed, format)
                        .containsExactly(frame);
            }
        }
    }

    @Test
    void serverFramesSurviveBothFormats() {
        for (long seed = 0; seed < SEEDS; seed++) {
            ServerFrame frame = new RandomFrames(seed).server();
            for (Format format : Format.values()) {
                byte[] bytes = Codec.of(format).encode(frame);
                assertThat(ClientCodec.of(format).decodeServer(bytes, 0, bytes.length))
                        .as("seed %d in %s", seed, format)
                        .isEqualTo(frame);
            }
        }
    }

    @Test
    void messagesGoFromJsonToCborAndBackAsTheSameBytes() {
        for (long seed = 0; seed < SEEDS; seed++) {
            byte[] json = Codec.of(Format.JSON).encode(new RandomFrames(seed).message());
            byte[] cbor = Codec.of(Format.CBOR).encode(Codec.of(Format.JSON).decodeMessage(json, 0, json.length));
            ServerFrame.Message back = Codec.of(Format.CBOR).decodeMessage(cbor, 0, cbor.length);
            assertThat(Codec.of(Format.JSON).encode(back)).as("seed %d", seed).isEqualTo(json);
        }
    }

    @Test
    void payloadsOfOddlyWrittenFramesAreTheirExactBytes() {
        for (long seed = 0; seed < SEEDS; seed++) {
            String value = new RandomFrames(seed).json(6);
            String text = "{\"data\": " + value + "\n,\"type\":\"call\",\"method\":\"é\",\"id\":1}";
            byte[] bytes = text.getBytes(UTF_8);
            ClientFrame frame =
                    Codec.of(Format.JSON).decode(bytes, 0, bytes.length).getFirst();
            assertThat(frame).as("seed %d: %s", seed, text).isInstanceOf(ClientFrame.Call.class);
            var payload = ((ClientFrame.Call) frame).payload();
            assertThat(payload == null ? "" : new String(payload.bytes(), UTF_8))
                    .as("seed %d", seed)
                    .isEqualTo(value);
        }
    }

    @Test
    void damagedMessagesGiveFramesOrOneFault() {
        int refused = 0;
        for (long seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            for (Format format : Format.values()) {
                byte[] bytes = damaged(ClientCodec.of(format).encode(new RandomFrames(seed).client()), random);
                List<ClientFrame> frames = Codec.of(format).decode(bytes, 0, bytes.length);
                if (frames.size() == 1 && frames.getFirst() instanceof ClientFrame.Bad bad && bad.id() == 0) {
                    refused++;
                }
                assertSound(format, frames, seed);
            }
        }
        assertThat(refused).isBetween(SEEDS / 2, SEEDS * 2 - 1);
    }

    /** What was accepted can be written again and read back as the same. */
    private static void assertSound(Format format, List<ClientFrame> frames, long seed) {
        for (ClientFrame frame : frames) {
            if (frame instanceof ClientFrame.Bad bad) {
                assertThat(bad.code()).as("seed %d", seed).isNotEqualTo(ErrorCode.INTERNAL);
                continue;
            }
            byte[] again = ClientCodec.of(format).encode(frame);
            assertThat(Codec.of(format).decode(again, 0, again.length))
                    .as("seed %d in %s", seed, format)
                    .containsExactly(frame);
        }
    }

    private static byte[] damaged(byte[] bytes, Random random) {
        byte[] copy =
                java.util.Arrays.copyOf(bytes, random.nextInt(4) == 0 ? random.nextInt(bytes.length) : bytes.length);
        for (int i = random.nextInt(4); i >= 0 && copy.length > 0; i--) {
            int at = random.nextInt(copy.length);
            copy[at] = switch (random.nextInt(4)) {
                case 0 -> (byte) random.nextInt(256);
                case 1 -> (byte) (copy[at] ^ (1 << random.nextInt(8)));
                case 2 -> (byte) "{}[],:\"\\0-e ".charAt(random.nextInt(12));
                default -> copy[random.nextInt(copy.length)];
            };
        }
        return copy;
    }
}
