// SPDX-License-Identifier: Apache-2.0
package dev.longwire.conformance;

import dev.longwire.protocol.ClientFrame;
import dev.longwire.protocol.codec.ClientCodec;
import dev.longwire.protocol.codec.Codec;
import dev.longwire.protocol.codec.Format;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Reads frames that were damaged at random, so that two builds of the codec can be compared far off the paths that
 * transcripts walk. One seed gives the same damage everywhere.
 */
public final class CodecTrial {

    /** What is damaged: every type of frame, payloads of every kind, and text beyond ASCII. */
    private static final String[] SAMPLES = {
        "{\"type\":\"ping\"}",
        "{\"type\":\"connect\",\"id\":1,\"token\":\"t\",\"agent\":\"a/1\",\"nonce\":\"n\",\"batch\":true,\"resume\":"
                + "{\"session\":\"s\",\"turn\":7,\"channels\":{\"chat:1\":{\"epoch\":\"k3\",\"offset\":41},\"b\":{}}}}",
        "{\"type\":\"subscribe\",\"id\":2,\"channel\":\"chat:1\",\"since\":{\"epoch\":\"k3\",\"offset\":9007199254740991}}",
        "{\"type\":\"subscribe\",\"id\":3,\"channel\":\"__proto__\",\"last\":5,\"presence\":true}",
        "{\"type\":\"unsubscribe\",\"id\":4,\"channel\":\"constructor\",\"retry\":true}",
        "{\"type\":\"subscriptions\",\"id\":5}",
        "{\"type\":\"publish\",\"id\":6,\"channel\":\"a\",\"key\":\"8f\",\"slot\":\"s\",\"headers\":{\"t\":\"\\u00e9\"},"
                + "\"data\":{\"text\":\"h\u00e9llo \\ud83d\\ude00 \ud83d\ude00\",\"n\":[1.50,-0,1e400,12345678901234567890]}}",
        "[{\"type\":\"publish\",\"id\":7,\"channel\":\"a\",\"data64\":\"AQIDBA==\"},{\"type\":\"disconnect\"}]",
        "{\"type\":\"history\",\"id\":8,\"channel\":\"a\",\"since\":{\"epoch\":\"e\",\"offset\":0},\"limit\":50}",
        "{\"type\":\"history\",\"id\":9,\"channel\":\"a\",\"before\":{\"epoch\":\"e\",\"offset\":3},\"reverse\":true}",
        "{\"type\":\"history\",\"id\":10,\"channel\":\"a\",\"key\":\"k\"}",
        "{\"type\":\"refresh\",\"id\":11,\"token\":\"t\"}",
        "{\"type\":\"call\",\"id\":12,\"method\":\"rooms.create\",\"data\":\"x\"}",
        "{\"type\":\"presence\",\"id\":13,\"channel\":\"a\",\"action\":\"enter\",\"data\":null}",
        "{\"type\":\"nonsense\",\"id\":14,\"x\":[[[[[[[[]]]]]]]]}",
    };

    /** Bytes that mean something to a parser. */
    private static final byte[] SHARP = {
        '"',
        '\\',
        '{',
        '}',
        '[',
        ']',
        ',',
        ':',
        '0',
        '-',
        '.',
        'e',
        'u',
        0,
        ' ',
        '\n',
        0x7f,
        (byte) 0x80,
        (byte) 0xbf,
        (byte) 0xc0,
        (byte) 0xc3,
        (byte) 0xe2,
        (byte) 0xed,
        (byte) 0xf0,
        (byte) 0xf4,
        (byte) 0xff,
        0x1b,
        0x5f,
        0x78,
        0x61
    };

    private static final long HASH_START = 0xcbf29ce484222325L;
    private static final long HASH_FACTOR = 0x100000001b3L;

    private CodecTrial() {}

    /** A line for each of the first few hundred, and a hash over the lines so far for every hundred after them. */
    static List<String> run(int seed, int rounds) {
        Dice random = new Dice(seed);
        List<String> lines = new ArrayList<>();
        long hash = HASH_START;
        for (int round = 0; round < rounds; round++) {
            boolean cbor = random.below(2) == 1;
            byte[] message = damaged(sample(cbor, random), random);
            String line = (cbor ? "cbor " : "json ") + Hex.text(message) + " " + understand(cbor, message);
            hash = mix(hash, line);
            if (round < 300) {
                lines.add(line);
            } else if (round % 100 == 99) {
                lines.add(round + 1 + " " + Long.toHexString(hash));
            }
        }
        return lines;
    }

    /** Reads a client's message and writes, as text, the frames that the codec made of it. */
    public static String understand(boolean cbor, byte[] message) {
        Codec codec = Codec.of(cbor ? Format.CBOR : Format.JSON);
        StringBuilder text = new StringBuilder();
        for (ClientFrame frame : codec.decode(message, 0, message.length)) {
            if (text.length() > 0) {
                text.append(' ');
            }
            if (frame instanceof ClientFrame.Bad bad) {
                text.append(bad.code().wire())
                        .append('/')
                        .append(bad.id())
                        .append('/')
                        .append(bad.field());
            } else {
                text.append(new String(ClientCodec.of(Format.JSON).encode(frame), StandardCharsets.UTF_8));
                text.append('=').append(Hex.text(ClientCodec.of(Format.CBOR).encode(frame)));
            }
        }
        return text.toString();
    }

    private static byte[] sample(boolean cbor, Dice random) {
        byte[] json = SAMPLES[random.below(SAMPLES.length)].getBytes(StandardCharsets.UTF_8);
        return cbor ? CborWriter.bytes(JsonReader.json(json)) : json;
    }

    private static byte[] damaged(byte[] message, Dice random) {
        byte[] bytes = message;
        int times = random.below(4);
        for (int time = 0; time < times && bytes.length > 0; time++) {
            int at = random.below(bytes.length);
            bytes = switch (random.below(5)) {
                case 0 -> replaced(bytes, at, SHARP[random.below(SHARP.length)]);
                case 1 -> replaced(bytes, at, (byte) random.below(256));
                case 2 -> Arrays.copyOf(bytes, at);
                case 3 -> inserted(bytes, at, SHARP[random.below(SHARP.length)]);
                default -> repeated(bytes, at, random.below(8));
            };
        }
        return bytes;
    }

    private static byte[] replaced(byte[] bytes, int at, byte value) {
        byte[] copy = bytes.clone();
        copy[at] = value;
        return copy;
    }

    private static byte[] inserted(byte[] bytes, int at, byte value) {
        byte[] copy = Arrays.copyOf(bytes, bytes.length + 1);
        System.arraycopy(bytes, at, copy, at + 1, bytes.length - at);
        copy[at] = value;
        return copy;
    }

    /** The bytes up to {@code length} after {@code at} stand there twice. */
    private static byte[] repeated(byte[] bytes, int at, int length) {
        int end = Math.min(bytes.length, at + length);
        byte[] copy = Arrays.copyOf(bytes, bytes.length + end - at);
        System.arraycopy(bytes, at, copy, end, bytes.length - at);
        return copy;
    }

    private static long mix(long hash, String text) {
        long mixed = hash;
        for (int i = 0; i < text.length(); i++) {
            mixed = (mixed ^ text.charAt(i)) * HASH_FACTOR;
        }
        return mixed;
    }
}
