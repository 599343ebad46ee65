// SPDX-License-Identifier: Apache-2.0
package dev.longwire.protocol.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longwire.protocol.codec.ByteSink;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Bodies come back as they were written, and whatever else comes is refused as a whole. */
final class BodyCodecTest {

    @Test
    void whatIsWrittenIsRead() {
        byte[] text = "größe".getBytes(StandardCharsets.UTF_8);
        byte[] longest = new byte[BodyCodec.LONGEST];
        ByteSink out = new ByteSink();
        BodyCodec.head(
                out,
                "{\"session\":\"s\",\"turn\":3,\"seq\":4,\"ack\":5,\"from\":6,\"wait\":7,\"ping\":8,\"open\":true,"
                        + "\"protocols\":\"a,b\",\"query\":\"x=1\",\"token\":\"t\",\"new\":{\"deeper\":[1]}}");
        BodyCodec.piece(out, new Piece.Part(false, false, text));
        BodyCodec.piece(out, new Piece.Part(true, true, longest));
        BodyCodec.piece(out, new Piece.Part(true, true, new byte[0]));
        BodyCodec.piece(out, new Piece.Close(4001, "büro"));
        BodyCodec.piece(out, new Piece.Close(Piece.Close.NONE, ""));

        Body body = BodyCodec.read(out.toByteArray());

        assertThat(body).isNotNull();
        assertThat(body.head())
                .isEqualTo(new ClientHead("s", 3, 4, 5, 6, 7, 8, new ClientHead.Opening(true, "a,b", "x=1", "t")));
        assertThat(body.pieces().stream().map(BodyCodecTest::text))
                .containsExactly(
                        "false false " + Arrays.hashCode(text),
                        "true true " + Arrays.hashCode(longest),
                        "true true " + Arrays.hashCode(new byte[0]),
                        "close 4001 büro",
                        "close 1005 ");
    }

    @Test
    void anEmptyBodySaysNothing() {
        assertThat(BodyCodec.read(new byte[0])).isEqualTo(new Body(ClientHead.NONE, List.of()));
    }

    @Test
    void whatIsCutShortTooLongOrUnknownIsRefused() {
        assertThat(BodyCodec.read(new byte[] {2, 0, 0, 0})).as("a short header").isNull();
        assertThat(BodyCodec.read(new byte[] {2, 0, 0, 0, 2, 1}))
                .as("short bytes")
                .isNull();
        assertThat(BodyCodec.read(new byte[] {2, -1, -1, -1, -1}))
                .as("a negative length")
                .isNull();
        assertThat(BodyCodec.read(new byte[] {2, 127, -1, -1, -1}))
                .as("a huge length")
                .isNull();
        assertThat(BodyCodec.read(new byte[] {3, 0, 0, 0, 0}))
                .as("clients open nothing")
                .isNull();
        assertThat(BodyCodec.read(new byte[] {77, 0, 0, 0, 0}))
                .as("an unknown kind")
                .isNull();
        assertThat(BodyCodec.read(new byte[] {0, 0, 0, 0, 1, '['}))
                .as("a head that is no map")
                .isNull();
        assertThat(BodyCodec.read(new byte[] {2, 0, 0, 0, 0, 0, 0, 0, 0, 2, '{', '}'}))
                .as("a head that is not the first")
                .isNull();
        assertThat(BodyCodec.read(whole(2, BodyCodec.LONGEST + 1)))
                .as("a long piece")
                .isNull();
    }

    @Test
    void aClientGivesOnlyTheCodesThatItMay() {
        for (int code = 0; code < 6_000; code++) {
            boolean may = code == 1000 || code == 1001 || code == 1007 || code == 1009 || code >= 3000 && code <= 4999;
            byte[] bytes = {8, 0, 0, 0, 2, (byte) (code >> 8), (byte) code};
            assertThat(BodyCodec.read(bytes) != null).as("code %d", code).isEqualTo(may);
        }
        assertThat(BodyCodec.read(new byte[] {8, 0, 0, 0, 1, 3}))
                .as("half a code")
                .isNull();
        assertThat(BodyCodec.read(new byte[] {8, 0, 0, 0, 3, 15, -96, -1}))
                .as("no UTF-8")
                .isNull();
    }

    /** The invariant: a body or nothing, never an exception. */
    @Test
    void noBytesDoHarm() {
        Random random = new Random(7);
        int read = 0;
        for (int i = 0; i < 50_000; i++) {
            byte[] bytes = new byte[random.nextInt(24)];
            for (int at = 0; at < bytes.length; at++) {
                bytes[at] = (byte) (random.nextInt(3) == 0 ? random.nextInt(256) : random.nextInt(4));
            }
            read += BodyCodec.read(bytes) == null ? 0 : 1;
        }
        assertThat(read).isBetween(1, 49_999);
    }

    private static byte[] whole(int kind, int length) {
        byte[] bytes = new byte[BodyCodec.BEFORE + length];
        bytes[0] = (byte) kind;
        bytes[2] = (byte) (length >> 16);
        bytes[3] = (byte) (length >> 8);
        bytes[4] = (byte) length;
        return bytes;
    }

    private static String text(Piece piece) {
        return switch (piece) {
            case Piece.Opened opened -> "opened " + opened.subprotocol();
            case Piece.Part part -> part.binary() + " " + part.last() + " " + Arrays.hashCode(part.bytes());
            case Piece.Close close -> "close " + close.code() + " " + close.reason();
        };
    }
}
