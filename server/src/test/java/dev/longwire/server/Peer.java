// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server;

import java.io.BufferedInputStream;
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
import java.util.Locale;
import java.util.Map;

/**
 * A client on a bare socket that says exactly what it is told to, right or wrong, and judges nothing. It waits for an
 * answer for {@link #DEADLINE_MILLIS} at most.
 */
final class Peer implements AutoCloseable {

    static final int TEXT = 0x81;
    static final int BINARY = 0x82;
    static final int CLOSE = 0x88;
    static final int PING = 0x89;
    static final int PONG = 0x8A;
    static final int DEADLINE_MILLIS = 20_000;
    static final String JSON = "longwire.v1.json";
    static final String CBOR = "longwire.v1.cbor";

    private static final byte[] MASK = {0x11, 0x22, 0x33, 0x44};

    private final Socket socket;
    private final DataInputStream in;
    private boolean cbor;

    Peer(int port) throws IOException {
        this(port, 0);
    }

    /** @param receiveBytes of the kernel's buffer; 0 for what it likes */
    Peer(int port, int receiveBytes) throws IOException {
        socket = new Socket();
        if (receiveBytes > 0) {
            socket.setReceiveBufferSize(receiveBytes);
        }
        socket.connect(
                new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port), DEADLINE_MILLIS);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(DEADLINE_MILLIS);
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
    }

    /** What came over WebSocket. */
    record Frame(int first, byte[] payload) {
        int closeCode() {
            return payload.length < 2 ? 1005 : ByteBuffer.wrap(payload).getShort() & 0xFFFF;
        }

        String text() {
            return new String(payload, StandardCharsets.UTF_8);
        }
    }

    /** What came over HTTP. */
    record Answer(int status, String head, String body) {
        String header(String name) {
            for (String line : head.lines().toList()) {
                if (line.toLowerCase(Locale.ROOT).startsWith(name.toLowerCase(Locale.ROOT) + ":")) {
                    return line.substring(name.length() + 1).trim();
                }
            }
            return "";
        }
    }

    /** A WebSocket connection; {@code subprotocol} may be empty. */
    static Peer webSocket(int port, String subprotocol) throws IOException {
        return webSocket(new Peer(port), port, subprotocol);
    }

    static Peer webSocket(Peer peer, int port, String subprotocol) throws IOException {
        peer.raw(upgrade(port, subprotocol.isEmpty() ? "" : "Sec-WebSocket-Protocol: " + subprotocol + "\r\n"));
        String head = peer.head();
        // The answer to this key is in RFC 6455 itself (1.3).
        if (!head.startsWith("HTTP/1.1 101 ") || !head.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")) {
            throw new IOException("no upgrade: " + head);
        }
        peer.cbor = subprotocol.equals(CBOR);
        return peer;
    }

    /** A WebSocket connection with a session. */
    static Peer session(int port, String subprotocol) throws IOException {
        Peer peer = webSocket(port, subprotocol);
        peer.send("{\"type\":\"connect\",\"id\":1}");
        peer.expect("connected");
        return peer;
    }

    static String upgrade(int port, String moreHeaders) {
        return "GET /v1/ws HTTP/1.1\r\nHost: 127.0.0.1:" + port
                + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" + moreHeaders + "\r\n";
    }

    Peer raw(String bytes) throws IOException {
        return raw(bytes.getBytes(StandardCharsets.ISO_8859_1));
    }

    Peer raw(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        return this;
    }

    /** Like {@link #raw}, of somebody who may have been cut off by now. */
    void rawAnyhow(byte[] bytes) throws IOException {
        try {
            raw(bytes);
        } catch (SocketException cut) {
            // That is what the caller reckons with.
        }
    }

    /** Sends JSON as it is, or the same as CBOR on such a connection. */
    Peer send(String json) throws IOException {
        return cbor ? binary(Documents.toCbor(json)) : text(json);
    }

    Peer text(String text) throws IOException {
        return frame(TEXT, text.getBytes(StandardCharsets.UTF_8));
    }

    Peer binary(byte[] bytes) throws IOException {
        return frame(BINARY, bytes);
    }

    Peer frame(int first, byte[] payload) throws IOException {
        return raw(masked(first, payload));
    }

    static byte[] masked(int first, byte[] payload) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(first);
        if (payload.length < 126) {
            out.write(0x80 | payload.length);
        } else if (payload.length < 1 << 16) {
            out.write(0x80 | 126);
            out.write(payload.length >> 8);
            out.write(payload.length);
        } else {
            out.write(0x80 | 127);
            out.writeBytes(ByteBuffer.allocate(8).putLong(payload.length).array());
        }
        out.writeBytes(MASK);
        for (int i = 0; i < payload.length; i++) {
            out.write(payload[i] ^ MASK[i & 3]);
        }
        return out.toByteArray();
    }

    String head() throws IOException {
        return untilItSays("\r\n\r\n");
    }

    /** A request to {@code /v1/poll}. */
    static String pollRequest(int port, String body) {
        return "POST /v1/poll HTTP/1.1\r\nHost: 127.0.0.1:" + port
                + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }

    static Answer poll(int port, String body) throws IOException {
        try (Peer peer = new Peer(port)) {
            return peer.ask(pollRequest(port, body));
        }
    }

    /** The ticket of a session that polls. */
    static String poller(int port) throws IOException {
        return ticket(poll(port, "{\"seq\":1,\"wait\":0,\"frames\":[{\"type\":\"connect\",\"id\":1}]}")
                .body());
    }

    /** The ticket in an answer to a poll. */
    static String ticket(String body) {
        int start = body.indexOf("\"session\":\"") + 11;
        return body.substring(start, body.indexOf('"', start));
    }

    /** Reads on until this has come. */
    String untilItSays(String end) throws IOException {
        StringBuilder text = new StringBuilder();
        while (text.indexOf(end) < 0) {
            text.append((char) in.readUnsignedByte());
        }
        return text.toString();
    }

    /** Sends a request and reads its answer, which has a length. */
    Answer ask(String request) throws IOException {
        raw(request);
        return answer();
    }

    Answer answer() throws IOException {
        String head = head();
        int status = Integer.parseInt(head.substring(9, 12));
        Answer answer = new Answer(status, head, "");
        String length = answer.header("content-length");
        byte[] body = new byte[length.isEmpty() ? 0 : Integer.parseInt(length)];
        in.readFully(body);
        String text = new String(body, StandardCharsets.UTF_8);
        if (status >= 400 || !answer.header("content-type").startsWith("application/json")) {
            Leaks.none("an answer with status " + status, head + text);
        }
        Leaks.issued(text);
        return new Answer(status, head, text);
    }

    Answer get(String path) throws IOException {
        return ask("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + socket.getPort() + "\r\n\r\n");
    }

    Frame next() throws IOException {
        int first = in.readUnsignedByte();
        int second = in.readUnsignedByte();
        long length = second < 126 ? second : second == 126 ? in.readUnsignedShort() : in.readLong();
        byte[] payload = new byte[Math.toIntExact(length)];
        in.readFully(payload);
        return new Frame(first, payload);
    }

    /** The next message of a server, whatever its format; pings are passed over. */
    Map<String, Object> message() throws IOException {
        Frame frame = next();
        while (frame.first() == PING) {
            frame = next();
        }
        if (frame.first() == CLOSE) {
            throw new IOException("closed with " + frame.closeCode());
        }
        return looked(Documents.parse(frame.first() == BINARY, frame.payload()));
    }

    private static Map<String, Object> looked(Map<String, Object> message) {
        switch (String.valueOf(message.get("type"))) {
            case "error", "disconnect" -> Leaks.none("a frame", message.toString());
            case "connected" -> Leaks.issuedOne(String.valueOf(message.get("session")));
            default -> {
                // It may say what clients said.
            }
        }
        return message;
    }

    /** The next message, which must be of this type. */
    Map<String, Object> expect(String type) throws IOException {
        Map<String, Object> message = message();
        if (!type.equals(message.get("type"))) {
            throw new AssertionError("expected " + type + " and got " + message);
        }
        return message;
    }

    /** Passes over messages of other types. */
    Map<String, Object> await(String type) throws IOException {
        Map<String, Object> message = message();
        while (!type.equals(message.get("type"))) {
            message = message();
        }
        return message;
    }

    /** The code of the close frame, which is the last thing that comes, whatever comes before it. */
    int closed() throws IOException {
        Frame frame = next();
        while (frame.first() != CLOSE) {
            frame = next();
        }
        return frame.closeCode();
    }

    /** Whether the connection is over, without another byte. */
    boolean over() throws IOException {
        try {
            return in.read() < 0;
        } catch (SocketException reset) {
            return true;
        }
    }

    /** How many bytes still come until the connection is over. */
    long drain() throws IOException {
        long count = 0;
        byte[] buffer = new byte[64 * 1024];
        try {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                count += read;
            }
        } catch (EOFException | SocketException over) {
            return count;
        }
        return count;
    }

    /** Like a process that is killed: no goodbye of any kind. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
