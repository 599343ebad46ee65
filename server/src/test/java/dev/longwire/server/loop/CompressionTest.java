// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.longwire.core.log.LogSlice;
import dev.longwire.core.log.MemoryLog;
import dev.longwire.protocol.codec.Format;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Random;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What inflating and deflating cost, where it can be counted. */
final class CompressionTest {

    private static final int MOST = 64 * 1024;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final Compression compression = new Compression(100);

    @AfterEach
    void end() {
        compression.end();
        compression.end();
    }

    /** A gigabyte, made a piece at a time. */
    private static byte[] gigabyte() {
        Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION, true);
        byte[] zeros = new byte[1 << 20];
        byte[] chunk = new byte[1 << 16];
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < 1_024; i++) {
            deflater.setInput(zeros);
            for (int made = deflater.deflate(chunk); made > 0; made = deflater.deflate(chunk)) {
                out.write(chunk, 0, made);
            }
        }
        int made = deflater.deflate(chunk, 0, chunk.length, Deflater.SYNC_FLUSH);
        out.write(chunk, 0, made);
        deflater.end();
        return out.toByteArray();
    }

    @Test
    void aBombTakesNoMoreMemoryThanTheLongestMessage() throws DataFormatException {
        byte[] bomb = gigabyte();
        assertThat(bomb.length).isGreaterThan(1_000_000);
        assertThat(compression.inflate(bomb, MOST)).isNull();
        long before = THREADS.getCurrentThreadAllocatedBytes();
        assertThat(compression.inflate(bomb, MOST)).isNull();
        assertThat(THREADS.getCurrentThreadAllocatedBytes() - before).isLessThan(2 * MOST);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ff", "07", "0600000000", "00ffff0001", "f348cdc9c90700ffffffff"})
    void whatIsNoStreamIsRefusedAndForgotten(String hex) throws DataFormatException {
        byte[] wrong = HexFormat.of().parseHex(hex);
        assertThatThrownBy(() -> compression.inflate(wrong, MOST)).isInstanceOf(DataFormatException.class);
        assertThat(compression.inflate(HexFormat.of().parseHex("f248cdc9c90700"), MOST))
                .isEqualTo("Hello".getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void aSliceIsCompressedOnceWhoeverGetsIt() throws DataFormatException {
        byte[] message = ("{\"data\":\"" + "ha".repeat(500) + "\"}").getBytes(StandardCharsets.UTF_8);
        MemoryLog log = new MemoryLog("e", 0);
        log.append(message, 0);
        LogSlice slice = log.view().slice(0, 1, Integer.MAX_VALUE);
        Rendering rendering = new Rendering(UnpooledByteBufAllocator.DEFAULT, slice, "e");
        ByteBuf first = rendering.deflatedFrames(Format.JSON, compression);
        ByteBuf second = rendering.deflatedFrames(Format.JSON, compression);
        assertThat(first.memoryAddress()).isEqualTo(second.memoryAddress());
        assertThat(first.readableBytes()).isLessThan(100);
        assertThat(rendering.bytesTaken()).isEqualTo(2L * first.readableBytes());
        assertThat(first.getUnsignedByte(0)).isEqualTo((short) 0xC1);
        byte[] payload = new byte[first.getUnsignedByte(1)];
        first.getBytes(2, payload);
        assertThat(compression.inflate(payload, MOST)).isEqualTo(message);
        rendering.release();
        first.release();
        assertThat(second.refCnt()).isEqualTo(1);
        second.release();
        assertThat(second.refCnt()).isZero();
    }

    @Test
    void shortMessagesAndNoiseStayAsTheyAre() {
        ByteBuf to = Unpooled.buffer();
        compression.message(to, Format.CBOR, new byte[99], 0, 99);
        assertThat(to.readUnsignedByte()).isEqualTo((short) 0x82);
        byte[] noise = new byte[5_000];
        new Random(3).nextBytes(noise);
        to.clear();
        compression.message(to, Format.CBOR, noise, 0, noise.length);
        assertThat(to.readUnsignedByte()).isEqualTo((short) 0x82);
        assertThat(to.readableBytes()).isEqualTo(3 + noise.length);
    }
}
