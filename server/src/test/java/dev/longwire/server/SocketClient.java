// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server;

import dev.longwire.conformance.Arrival;
import dev.longwire.protocol.codec.Format;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A WebSocket client on a bare socket (RFC 6455), so that it can send what no proper client would, such as text that is not
 * UTF-8. It reads only when somebody waits for something.
 */
final class SocketClient {

    private static final int TEXT = 1;
    private static final int BINARY = 2;
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int PONG = 10;
    private static final int DEADLINE_MILLIS = 20_000;

    private final Socket socket;
    private final DataInputStream in;
    private final List<Arrival> arrivals = new ArrayList<>();
    private boolean open = true;

    SocketClient(int port, Format format) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(DEADLINE_MILLIS);
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
        String subprotocol = format == Format.JSON ? "longwire.v1.json" : "longwire.v1.cbor";
        String request = "GET /v1/ws HTTP/1.1\r\nHost: 127.0.0.1:" + port
                + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: " + subprotocol + "\r\n\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        String head = head();
        // The answer to this key is in RFC 6455 itself.
        if (!head.startsWith("HTTP/1.1 101 ") || !head.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")) {
            throw new IOException("no upgrade: " + head);
        }
    }

    private String head() throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) in.readUnsignedByte());
        }
        return head.toString();
    }

    int waiting() {
        return arrivals.size();
    }

    boolean isOpen() {
        return open;
    }

    void send(byte[] message, boolean text) throws IOException {
        write(text ? TEXT : BINARY, message);
    }

    void cut() throws IOException {
        open = false;
        socket.close();
    }

    /** What came, once it is this much or the deadline is over; whoever takes something removes it. */
    List<Arrival> arrivals(int atLeast) throws IOException {
        try {
            while (open && arrivals.size() < atLeast) {
                message();
            }
        } catch (SocketTimeoutException late) {
            // What is here by now is the answer.
            return arrivals;
        }
        return arrivals;
    }

    private void message() throws IOException {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        int kind = 0;
        boolean last = false;
        while (!last) {
            int first = in.readUnsignedByte();
            byte[] payload = new byte[length(in.readUnsignedByte())];
            in.readFully(payload);
            int opcode = first & 0x0F;
            if (opcode >= CLOSE) {
                control(opcode, payload);
                return;
            }
            kind = opcode == 0 ? kind : opcode;
            whole.write(payload);
            last = (first & 0x80) != 0;
        }
        arrivals.addAll(Arrival.frames(kind == TEXT, whole.toByteArray()));
    }

    private int length(int second) throws IOException {
        return switch (second) {
            case 126 -> in.readUnsignedShort();
            case 127 -> Math.toIntExact(in.readLong());
            default -> second;
        };
    }

    private void control(int opcode, byte[] payload) throws IOException {
        if (opcode == PING) {
            write(PONG, payload);
        } else if (opcode == CLOSE) {
            arrivals.add(new Arrival.Closed(ByteBuffer.wrap(payload).getShort() & 0xFFFF));
            write(CLOSE, payload);
            cut();
        }
    }

    /** Clients mask; with zeros, the mask changes nothing. */
    private void write(int opcode, byte[] payload) throws IOException {
        ByteBuffer frame = ByteBuffer.allocate(payload.length + 14);
        frame.put((byte) (0x80 | opcode));
        if (payload.length < 126) {
            frame.put((byte) (0x80 | payload.length));
        } else if (payload.length < 65_536) {
            frame.put((byte) (0x80 | 126)).putShort((short) payload.length);
        } else {
            frame.put((byte) (0x80 | 127)).putLong(payload.length);
        }
        frame.putInt(0).put(payload);
        socket.getOutputStream().write(frame.array(), 0, frame.position());
    }
}
