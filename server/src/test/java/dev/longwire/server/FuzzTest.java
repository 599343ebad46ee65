// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longwire.core.access.Claims;
import dev.longwire.protocol.CloseCode;
import dev.longwire.protocol.bridge.BodyCodec;
import dev.longwire.protocol.codec.Codec;
import dev.longwire.protocol.codec.Format;
import dev.longwire.protocol.codec.PollCodec;
import dev.longwire.protocol.codec.PublicationsCodec;
import dev.longwire.server.auth.JwtVerifier;
import dev.longwire.server.auth.Tickets;
import dev.longwire.server.auth.Verifier;
import dev.longwire.server.loop.Compression;
import dev.longwire.server.websocket.FrameReader;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Whatever bytes come, what reads them answers and never throws. Each reader gets its corpus, and bytes made of that by a
 * seeded mutator; what ever broke one is added to the corpus.
 */
final class FuzzTest {

    private static final Path CORPUS = Path.of(System.getProperty("longwire.root", ".."))
            .resolve("server/src/test/resources/dev/longwire/server/ReadersFuzzInputs");
    private static final boolean LONG = Boolean.getBoolean("longwire.long");
    private static final int RUNS = LONG ? 2_000_000 : 20_000;
    private static final int LONGEST = 2_048;
    /** Bytes that mean something to one reader or another. */
    private static final int[] INTERESTING = {
        0, 1, 0x1F, 0x3A, 0x5B, 0x5F, 0x7B, 0x7D, 0x7E, 0x7F, 0x80, 0x9B, 0x9F, 0xBB, 0xBF, 0xFB, 0xFF, '"', '\\', '-',
        '.', '9', 'e'
    };

    private static final Tickets TICKETS = new Tickets(new byte[32]);
    private static final Compression COMPRESSION = new Compression(1);
    /** Knows no issuer: what can be read is believed as little as what can't. */
    private static final Verifier VERIFIER = new JwtVerifier(List.of(), true);

    private static final Claims.Rules RULES = new Claims.Rules("app", List.of("longwire"), 0);

    /** What reads bytes of strangers. */
    enum Target {
        JSON {
            @Override
            void read(byte[] bytes) {
                Codec.of(Format.JSON).decode(bytes, 0, bytes.length);
            }
        },
        CBOR {
            @Override
            void read(byte[] bytes) {
                Codec.of(Format.CBOR).decode(bytes, 0, bytes.length);
            }
        },
        POLL_JSON {
            @Override
            void read(byte[] bytes) {
                PollCodec.of(Format.JSON).decode(bytes, 0, bytes.length);
            }
        },
        POLL_CBOR {
            @Override
            void read(byte[] bytes) {
                PollCodec.of(Format.CBOR).decode(bytes, 0, bytes.length);
            }
        },
        PUBLICATIONS {
            @Override
            void read(byte[] bytes) {
                PublicationsCodec.decode(bytes);
            }
        },
        BRIDGE {
            @Override
            void read(byte[] bytes) {
                BodyCodec.read(bytes);
            }
        },
        CLAIMS {
            @Override
            void read(byte[] bytes) {
                Claims.principal(bytes, RULES, 1_790_000_000_000L);
            }
        },
        TICKET {
            @Override
            void read(byte[] bytes) {
                TICKETS.open(new String(bytes, StandardCharsets.UTF_8));
            }
        },
        WEBSOCKET {
            @Override
            void read(byte[] bytes) {
                readFrames(bytes, null);
            }
        },
        DEFLATED {
            @Override
            void read(byte[] bytes) {
                readFrames(bytes, COMPRESSION);
            }
        },
        TOKEN {
            @Override
            void read(byte[] bytes) {
                CompletionStage<?> verdict = VERIFIER.verify(new String(bytes, StandardCharsets.UTF_8));
                assertThat(verdict.toCompletableFuture().join()).isNull();
            }
        };

        abstract void read(byte[] bytes);

        /** Its name as that of its corpus: {@code pollJson}. */
        String corpus() {
            String[] words = name().toLowerCase(Locale.ROOT).split("_", -1);
            return words.length == 1
                    ? words[0]
                    : words[0] + words[1].substring(0, 1).toUpperCase(Locale.ROOT) + words[1].substring(1);
        }
    }

    /** However the bytes are cut, they say the same. */
    private static void readFrames(byte[] bytes, @Nullable Compression compression) {
        List<String> whole = frames(bytes, bytes.length, compression);
        assertThat(frames(bytes, 1, compression)).isEqualTo(whole);
        assertThat(frames(bytes, 7, compression)).isEqualTo(whole);
    }

    /** What a reader says of bytes that come in pieces of a length. */
    private static List<String> frames(byte[] bytes, int piece, @Nullable Compression compression) {
        List<String> said = new ArrayList<>();
        FrameReader.Sink sink = new FrameReader.Sink() {
            @Override
            public void message(boolean binary, byte[] message) {
                assertThat(message.length).isLessThanOrEqualTo(1_000);
                said.add((binary ? "binary " : "text ") + Arrays.hashCode(message));
            }

            @Override
            public void ping(byte[] payload) {
                said.add("ping " + Arrays.hashCode(payload));
            }

            @Override
            public void pong() {
                said.add("pong");
            }

            @Override
            public void close(int code, byte[] reason) {
                said.add("close " + code + " " + Arrays.hashCode(reason));
            }

            @Override
            public void fault(CloseCode code) {
                said.add("fault " + code);
            }
        };
        FrameReader reader = new FrameReader(1_000, 4, sink, compression);
        ByteBuf in = Unpooled.buffer(bytes.length + 1);
        for (int at = 0; at < bytes.length && !reader.stopped(); at += piece) {
            in.writeBytes(bytes, at, Math.min(piece, bytes.length - at));
            reader.read(in);
        }
        return said;
    }

    @ParameterizedTest
    @EnumSource
    void answersWhateverComes(Target target) throws IOException {
        List<byte[]> seeds = corpus(target);
        assertThat(seeds).hasSizeGreaterThan(1);
        for (byte[] seed : seeds) {
            read(target, seed);
        }
        Random random = new Random(target.name().hashCode());
        for (int i = 0; i < RUNS; i++) {
            read(target, mutate(random, seeds));
        }
    }

    private static void read(Target target, byte[] bytes) {
        try {
            target.read(bytes);
        } catch (RuntimeException | AssertionError | StackOverflowError broken) {
            throw new AssertionError(target + " broke on " + HexFormat.of().formatHex(bytes), broken);
        }
    }

    private static List<byte[]> corpus(Target target) throws IOException {
        List<byte[]> all = new ArrayList<>();
        try (Stream<Path> files = Files.list(CORPUS.resolve(target.corpus()))) {
            for (Path file : files.sorted().toList()) {
                all.add(Files.readAllBytes(file));
            }
        }
        return all;
    }

    /** One of the seeds with a few things done to it. */
    private static byte[] mutate(Random random, List<byte[]> seeds) {
        byte[] bytes = seeds.get(random.nextInt(seeds.size())).clone();
        for (int steps = 1 + random.nextInt(6); steps > 0; steps--) {
            int at = random.nextInt(bytes.length + 1);
            bytes = switch (random.nextInt(7)) {
                case 0 -> changed(bytes, at, bytes.length == 0 ? 0 : bytes[at % bytes.length] ^ 1 << random.nextInt(8));
                case 1 -> changed(bytes, at, INTERESTING[random.nextInt(INTERESTING.length)]);
                case 2 -> spliced(bytes, at, at, new byte[] {(byte) random.nextInt(256)});
                case 3 -> spliced(bytes, at, Math.min(bytes.length, at + 1 + random.nextInt(8)), new byte[0]);
                case 4 -> Arrays.copyOf(bytes, at);
                case 5 -> spliced(bytes, at, at, Arrays.copyOfRange(bytes, at / 2, at));
                default -> {
                    byte[] other = seeds.get(random.nextInt(seeds.size()));
                    yield spliced(bytes, at, bytes.length, Arrays.copyOfRange(other, other.length / 2, other.length));
                }
            };
        }
        return bytes.length > LONGEST ? Arrays.copyOf(bytes, LONGEST) : bytes;
    }

    private static byte[] changed(byte[] bytes, int at, int value) {
        if (bytes.length > 0) {
            bytes[at % bytes.length] = (byte) value;
        }
        return bytes;
    }

    private static byte[] spliced(byte[] bytes, int from, int to, byte[] middle) {
        byte[] out = Arrays.copyOf(bytes, from + middle.length + bytes.length - to);
        System.arraycopy(middle, 0, out, from, middle.length);
        System.arraycopy(bytes, to, out, from + middle.length, bytes.length - to);
        return out;
    }
}
