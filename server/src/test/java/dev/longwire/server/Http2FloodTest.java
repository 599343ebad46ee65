// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longwire.server.config.ServerConfig;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What HTTP/2 (RFC 9113, section 10.5) lets somebody do cheaply that costs a server dearly: the connection ends before long, with a reason,
 * and nobody else notices. Without TLS, by prior knowledge; the frames are the same within it.
 */
final class Http2FloodTest {

    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int RST_STREAM = 3;
    private static final int SETTINGS = 4;
    private static final int PING = 6;
    private static final int GOAWAY = 7;
    private static final int CONTINUATION = 9;
    private static final int END_HEADERS = 4;

    /** Enough that answers to all of them would fill the kernel's buffers of somebody who doesn't read. */
    private static final int FRAMES = 2_000_000;

    private static final int AT_ONCE = 1_000;

    private static final int ENHANCE_YOUR_CALM = 11;

    private static LongwireServer server;
    private static Bystanders bystanders;

    @BeforeAll
    static void start() throws IOException {
        server = LongwireServer.start(
                ServerConfig.DEFAULT.at("127.0.0.1", 0).withLoops(2).withDrainMillis(0));
        bystanders = new Bystanders(server.port());
    }

    @AfterAll
    static void stop() throws IOException {
        bystanders.close();
        server.stop();
    }

    @AfterEach
    void nobodyElseIsHarmed() throws IOException {
        bystanders.areWell();
    }

    enum Flood {
        /** Requests that are taken back at once (CVE-2023-44487). */
        RAPID_RESET(ENHANCE_YOUR_CALM) {
            @Override
            byte[] frames(int i) {
                int stream = 2 * i + 1;
                return both(
                        frame(HEADERS, END_HEADERS, stream, request()),
                        frame(RST_STREAM, 0, stream, new byte[] {0, 0, 0, 8}));
            }
        },
        /** Headers without end (CVE-2024-27316 and its kin). */
        CONTINUATIONS(ENHANCE_YOUR_CALM) {
            @Override
            byte[] frames(int i) {
                byte[] header = new byte[120];
                header[1] = 1;
                header[2] = 'x';
                header[3] = 116;
                return i == 0 ? frame(HEADERS, 0, 1, request()) : frame(CONTINUATION, 0, 1, header);
            }
        },
        EMPTY_CONTINUATIONS(ENHANCE_YOUR_CALM) {
            @Override
            byte[] frames(int i) {
                return i == 0 ? frame(HEADERS, 0, 1, request()) : frame(CONTINUATION, 0, 1, new byte[0]);
            }
        },
        /** Pieces of a body that have nothing in them (CVE-2019-9518). */
        EMPTY_DATA(ENHANCE_YOUR_CALM) {
            @Override
            byte[] frames(int i) {
                return i == 0 ? frame(HEADERS, END_HEADERS, 1, request()) : frame(DATA, 0, 1, new byte[0]);
            }
        },
        /** Each wants an answer (CVE-2019-9512); who sends them reads none. */
        PINGS(ENHANCE_YOUR_CALM) {
            @Override
            byte[] frames(int i) {
                return frame(PING, 0, 0, new byte[8]);
            }
        },
        /** Each wants an answer too (CVE-2019-9515). */
        SETTINGS_FLOOD(ENHANCE_YOUR_CALM) {
            @Override
            byte[] frames(int i) {
                return frame(SETTINGS, 0, 0, new byte[0]);
            }
        },
        /** Streams go up (section 5.1.1). */
        STREAM_AGAIN(ENHANCE_YOUR_CALM) {
            @Override
            byte[] frames(int i) {
                return frame(HEADERS, END_HEADERS, i == 0 ? 9 : 3, request());
            }
        };

        private final int reason;

        Flood(int reason) {
            this.reason = reason;
        }

        abstract byte[] frames(int i);
    }

    /** {@code POST /v1/poll}: names of the static table, values as they are (RFC 7541, appendix A). */
    private static byte[] request() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(0x83);
        out.write(0x86);
        out.write(0x04);
        literal(out, "/v1/poll");
        out.write(0x01);
        literal(out, "localhost");
        return out.toByteArray();
    }

    private static void literal(ByteArrayOutputStream out, String text) {
        out.write(text.length());
        out.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] frame(int type, int flags, int stream, byte[] payload) {
        return ByteBuffer.allocate(9 + payload.length)
                .putShort((short) (payload.length >> 8))
                .put((byte) payload.length)
                .put((byte) type)
                .put((byte) flags)
                .putInt(stream)
                .put(payload)
                .array();
    }

    private static byte[] both(byte[] first, byte[] second) {
        return ByteBuffer.allocate(first.length + second.length)
                .put(first)
                .put(second)
                .array();
    }

    @ParameterizedTest
    @EnumSource
    void theConnectionEndsWithAReason(Flood flood) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().write(frame(SETTINGS, 0, 0, new byte[0]));
            write(socket, flood);
            int reason = goodbye(socket);
            assertThat(reason).isIn(flood.reason, -1);
        }
    }

    /** All of them, or as many as it lets itself be told; nothing is read meanwhile. */
    private static void write(Socket socket, Flood flood) {
        ByteArrayOutputStream some = new ByteArrayOutputStream();
        try {
            for (int i = 0; i < FRAMES; i++) {
                some.writeBytes(flood.frames(i));
                if (i % AT_ONCE == AT_ONCE - 1) {
                    some.writeTo(socket.getOutputStream());
                    some.reset();
                }
            }
        } catch (IOException cut) {
            // That is what is meant to happen.
        }
    }

    /** The reason of a GOAWAY, or -1 when the connection was cut with it unread. */
    private static int goodbye(Socket socket) throws IOException {
        DataInputStream in = new DataInputStream(socket.getInputStream());
        try {
            while (true) {
                int length = in.readUnsignedShort() << 8 | in.readUnsignedByte();
                int type = in.readUnsignedByte();
                in.readUnsignedByte();
                in.readInt();
                byte[] payload = new byte[length];
                in.readFully(payload);
                if (type == GOAWAY) {
                    return ByteBuffer.wrap(payload).getInt(4);
                }
            }
        } catch (SocketException | EOFException cut) {
            return -1;
        }
    }
}
