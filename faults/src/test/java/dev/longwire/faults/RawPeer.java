// SPDX-License-Identifier: Apache-2.0
package dev.longwire.faults;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A server as plain as can be. WebSocket: sends every message back. Polls: answers with as many {@code message} frames
 * as the body has letters x, as an event stream if the body says so.
 */
final class RawPeer implements AutoCloseable {

    /** What arrived, one entry per message or poll body, after the number of the connection: {@code 1 hello}. */
    final List<String> received = new CopyOnWriteArrayList<>();

    /** The connections that have ended, as the peer learned it: {@code 1 fin} or {@code 1 rst}. */
    final List<String> ended = new CopyOnWriteArrayList<>();

    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final ServerSocket listener;

    RawPeer() throws IOException {
        listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    InetSocketAddress address() {
        return (InetSocketAddress) listener.getLocalSocketAddress();
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = listener.accept();
                sockets.add(socket);
                int number = sockets.size();
                Thread.ofVirtual().start(() -> serve(socket, number));
            }
        } catch (IOException closed) {
            // The test is over.
        }
    }

    private void serve(Socket socket, int number) {
        try (socket) {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            OutputStream out = socket.getOutputStream();
            while (true) {
                String head = readHead(in);
                if (head.contains("Upgrade: websocket")) {
                    socket(in, out, head, number);
                } else {
                    poll(in, out, head, number);
                }
            }
        } catch (EOFException end) {
            ended.add(number + " fin");
        } catch (IOException reset) {
            ended.add(number + " rst");
        }
    }

    private void poll(InputStream in, OutputStream out, String head, int number) throws IOException {
        String body = new String(readBody(in, head), StandardCharsets.UTF_8);
        received.add(number + " " + body);
        StringBuilder frames = new StringBuilder();
        int count = (int) body.chars().filter(letter -> letter == 'x').count();
        String type = "{\"type\":\"message\",\"data\":\"" + number + "\"}";
        if (body.contains("\"stream\":true")) {
            out.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
                    .getBytes(StandardCharsets.ISO_8859_1));
            for (int i = 0; i < count; i++) {
                String event = "data: " + type + "\n\n";
                out.write((Integer.toHexString(event.length()) + "\r\n" + event + "\r\n")
                        .getBytes(StandardCharsets.ISO_8859_1));
                out.flush();
            }
            return;
        }
        for (int i = 0; i < count; i++) {
            frames.append(i == 0 ? "" : ",").append(type);
        }
        String answer = "{\"seq\":1,\"frames\":[" + frames + "]}";
        out.write(("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + answer.length()
                        + "\r\n\r\n" + answer)
                .getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
    }

    private void socket(InputStream in, OutputStream out, String head, int number) throws IOException {
        String key = head.replaceAll("(?s).*Sec-WebSocket-Key: ([^\r]+)\r.*", "$1");
        out.write(("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: " + accept(key)
                        + "\r\n\r\n")
                .getBytes(StandardCharsets.ISO_8859_1));
        while (true) {
            byte[] frame = readFrame(in);
            int opcode = frame[0] & 0x0f;
            byte[] payload = java.util.Arrays.copyOfRange(frame, 1, frame.length);
            received.add(number + " " + new String(payload, StandardCharsets.UTF_8));
            out.write(frame(0x80 | opcode, payload));
            out.flush();
        }
    }

    private static String accept(String key) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-1")
                    .digest((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(hash);
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError(impossible);
        }
    }

    static byte[] frame(int first, byte[] payload) {
        byte[] frame = new byte[payload.length + 4];
        frame[0] = (byte) first;
        frame[1] = 126;
        frame[2] = (byte) (payload.length >> 8);
        frame[3] = (byte) payload.length;
        System.arraycopy(payload, 0, frame, 4, payload.length);
        return frame;
    }

    /** First byte and payload of a frame. */
    static byte[] readFrame(InputStream in) throws IOException {
        int first = need(in);
        int second = need(in);
        int length = second & 0x7f;
        if (length == 126) {
            length = need(in) << 8 | need(in);
        }
        byte[] mask = (second & 0x80) != 0 ? in.readNBytes(4) : new byte[4];
        byte[] payload = in.readNBytes(length);
        if (payload.length < length) {
            throw new EOFException();
        }
        byte[] frame = new byte[length + 1];
        frame[0] = (byte) first;
        for (int i = 0; i < length; i++) {
            frame[i + 1] = (byte) (payload[i] ^ mask[i & 3]);
        }
        return frame;
    }

    static int need(InputStream in) throws IOException {
        int value = in.read();
        if (value < 0) {
            throw new EOFException();
        }
        return value;
    }

    static String readHead(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (!head.toString().endsWith("\r\n\r\n")) {
            head.append((char) need(in));
        }
        return head.toString();
    }

    static byte[] readBody(InputStream in, String head) throws IOException {
        if (head.contains("Transfer-Encoding: chunked")) {
            java.io.ByteArrayOutputStream body = new java.io.ByteArrayOutputStream();
            for (byte[] chunk = readChunk(in); chunk.length > 0; chunk = readChunk(in)) {
                body.writeBytes(chunk);
            }
            return body.toByteArray();
        }
        int length = Integer.parseInt(head.replaceAll("(?s).*Content-Length: ([0-9]+).*", "$1"));
        byte[] body = in.readNBytes(length);
        if (body.length < length) {
            throw new EOFException();
        }
        return body;
    }

    static byte[] readChunk(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        while (!line.toString().endsWith("\r\n")) {
            line.append((char) need(in));
        }
        byte[] chunk = in.readNBytes(Integer.parseInt(line.toString().trim(), 16));
        need(in);
        need(in);
        return chunk;
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
