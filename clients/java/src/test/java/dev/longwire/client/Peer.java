// SPDX-License-Identifier: Apache-2.0
package dev.longwire.client;

import dev.longwire.client.json.JsonObject;
import dev.longwire.client.json.JsonReader;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.Base64;

/** A server that says what a test tells it to, over a real socket, with WebSocket frames written by hand. */
final class Peer implements AutoCloseable {
    private static final int DEADLINE_MILLIS = 30_000;

    private final ServerSocket listening;

    Peer() {
        try {
            listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
            listening.setSoTimeout(DEADLINE_MILLIS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String url() {
        return "ws://127.0.0.1:" + listening.getLocalPort() + "/v1/ws";
    }

    /** Waits for the next connection, and upgrades it. */
    Connection accept() {
        return new Connection(raw()).upgrade();
    }

    /** Waits for the next connection, and refuses to upgrade it. */
    void refuse(String status) {
        try (Connection refused = new Connection(raw())) {
            refused.request();
            refused.write(("HTTP/1.1 " + status + "\r\nContent-Length: 0\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        }
    }

    private Socket raw() {
        try {
            return listening.accept();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            listening.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One connection, after the handshake. */
    static final class Connection implements AutoCloseable {
        private final Socket socket;
        private final DataInputStream in;
        private final OutputStream out;
        private final ArrayDeque<String> frames = new ArrayDeque<>();

        private Connection(Socket socket) {
            this.socket = socket;
            try {
                socket.setSoTimeout(DEADLINE_MILLIS);
                socket.setTcpNoDelay(true);
                in = new DataInputStream(socket.getInputStream());
                out = socket.getOutputStream();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private Connection upgrade() {
            String key = request();
            try {
                MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
                byte[] hash =
                        sha1.digest((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(StandardCharsets.US_ASCII));
                String accept = Base64.getEncoder().encodeToString(hash);
                write(("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                + "Sec-WebSocket-Protocol: longwire.v1.json\r\nSec-WebSocket-Accept: " + accept
                                + "\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException(e);
            }
            return this;
        }

        /** Reads a request's head; returns the WebSocket key. */
        private String request() {
            StringBuilder head = new StringBuilder();
            try {
                while (!head.toString().endsWith("\r\n\r\n")) {
                    head.append((char) in.readUnsignedByte());
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return head.toString()
                    .lines()
                    .filter(line -> line.regionMatches(true, 0, "Sec-WebSocket-Key:", 0, 18))
                    .map(line -> line.substring(18).strip())
                    .findFirst()
                    .orElse("");
        }

        /** The next text message, as it came. */
        String text() {
            try {
                int first = in.readUnsignedByte();
                int second = in.readUnsignedByte();
                if (first != 0x81 || (second & 0x80) == 0) {
                    throw new AssertionError("not a masked text message of one part: " + first + " " + second);
                }
                int length = second & 0x7f;
                length = length == 126 ? in.readUnsignedShort() : length == 127 ? (int) in.readLong() : length;
                byte[] mask = in.readNBytes(4);
                byte[] bytes = in.readNBytes(length);
                for (int i = 0; i < bytes.length; i++) {
                    bytes[i] ^= mask[i & 3];
                }
                return new String(bytes, StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** The next frame, of a message of its own or of a batch. */
        JsonObject frame() {
            while (frames.isEmpty()) {
                String text = text();
                if (text.startsWith("[")) {
                    frames.addAll(JsonReader.elements(text, 40));
                } else {
                    frames.add(text);
                }
            }
            return JsonObject.parse(frames.remove(), 40);
        }

        /** The next frame, which must be of this type. */
        JsonObject frame(String type) {
            JsonObject frame = frame();
            if (!type.equals(frame.text("type"))) {
                throw new AssertionError("a " + frame.text("type") + " instead of a " + type);
            }
            return frame;
        }

        /** Says what is written, with ' in place of ". */
        void say(String frame) {
            part(0x81, frame.replace('\'', '"'));
        }

        /** Says what is written as a message of several parts. */
        void sayInParts(String... parts) {
            for (int i = 0; i < parts.length; i++) {
                part((i == 0 ? 1 : 0) | (i == parts.length - 1 ? 0x80 : 0), parts[i].replace('\'', '"'));
            }
        }

        /** Reads the connect and answers it. */
        JsonObject welcome(String more) {
            JsonObject connect = frame("connect");
            say("{'type':'connected','id':" + connect.number("id", 0)
                    + ",'session':'s1','client':'c-1','ping':25000,'window':120000,'dedupe':300000," + more + "}");
            return connect;
        }

        /** Welcomes a new session of nobody known. */
        JsonObject welcome() {
            return welcome("'resumed':false,'turn':1,'user':null");
        }

        /** Reads a subscribe and says that the head is this. */
        JsonObject subscribed(long head) {
            JsonObject subscribe = frame("subscribe");
            say("{'type':'subscribed','id':" + subscribe.number("id", 0) + ",'channel':'"
                    + subscribe.text("channel") + "','epoch':'e1','offset':" + head
                    + ",'recovered':false,'replay':0}");
            return subscribe;
        }

        void message(String channel, long offset) {
            say("{'type':'message','channel':'" + channel + "','offset':" + offset
                    + ",'time':1790000000000,'from':'ann','client':'c-7f','data':" + offset + "}");
        }

        void published(JsonObject publish, long offset) {
            say("{'type':'published','id':" + publish.number("id", 0) + ",'channel':'" + publish.text("channel")
                    + "','epoch':'e1','offset':" + offset + ",'stored':'memory','dedupe':300000}");
        }

        void close(int code) {
            write(new byte[] {(byte) 0x88, 2, (byte) (code >> 8), (byte) code});
        }

        /** The connection is gone without a word. */
        void cut() {
            try {
                socket.setSoLinger(true, 0);
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** Waits until the client has closed or cut it; what still comes is passed over. */
        void awaitEnd() {
            try {
                while (in.read() >= 0) {
                    // whatever it is
                }
            } catch (java.net.SocketTimeoutException e) {
                throw new AssertionError("the client holds the connection", e);
            } catch (IOException reset) {
                // gone as well
            }
        }

        private void part(int first, String text) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            byte[] frame = new byte[bytes.length + (bytes.length < 126 ? 2 : bytes.length < 65536 ? 4 : 10)];
            frame[0] = (byte) first;
            if (bytes.length < 126) {
                frame[1] = (byte) bytes.length;
            } else {
                int width = bytes.length < 65536 ? 2 : 8;
                frame[1] = (byte) (width == 2 ? 126 : 127);
                for (int i = 0; i < width; i++) {
                    frame[2 + i] = (byte) ((long) bytes.length >> (8 * (width - 1 - i)));
                }
            }
            System.arraycopy(bytes, 0, frame, frame.length - bytes.length, bytes.length);
            write(frame);
        }

        private void write(byte[] bytes) {
            try {
                out.write(bytes);
                out.flush();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() {
            try {
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
