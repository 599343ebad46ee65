// SPDX-License-Identifier: Apache-2.0
package dev.longwire.faults;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A client as plain as can be; every read gives up after ten seconds. */
final class RawClient implements AutoCloseable {

    private final Socket socket;
    private final InputStream in;

    RawClient(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(10_000);
        socket.setTcpNoDelay(true);
        in = new BufferedInputStream(socket.getInputStream());
    }

    /** A client that has a WebSocket already. */
    static RawClient webSocket(int port) throws IOException {
        RawClient client = new RawClient(port);
        client.upgrade();
        client.head();
        return client;
    }

    void upgrade() throws IOException {
        write(String.join(
                "\r\n",
                "GET /v1/ws HTTP/1.1",
                "Host: localhost",
                "Connection: Upgrade",
                "Upgrade: websocket",
                "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                "",
                ""));
    }

    void write(String text) throws IOException {
        write(text.getBytes(StandardCharsets.UTF_8));
    }

    void write(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
    }

    /** Sends a masked text message. */
    void say(String text) throws IOException {
        say(0x81, text.getBytes(StandardCharsets.UTF_8));
    }

    void say(int first, byte[] payload) throws IOException {
        byte[] frame = new byte[payload.length + 8];
        frame[0] = (byte) first;
        frame[1] = (byte) (0x80 | 126);
        frame[2] = (byte) (payload.length >> 8);
        frame[3] = (byte) payload.length;
        byte[] mask = {1, 2, 3, 4};
        System.arraycopy(mask, 0, frame, 4, 4);
        for (int i = 0; i < payload.length; i++) {
            frame[8 + i] = (byte) (payload[i] ^ mask[i & 3]);
        }
        write(frame);
    }

    void poll(String body) throws IOException {
        write("POST /v1/poll HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
                + body.length() + "\r\n\r\n" + body);
    }

    String head() throws IOException {
        return RawPeer.readHead(in);
    }

    /** The payload of the next WebSocket message. */
    String hear() throws IOException {
        byte[] frame = RawPeer.readFrame(in);
        return new String(Arrays.copyOfRange(frame, 1, frame.length), StandardCharsets.UTF_8);
    }

    /** The body of the next answer. */
    String answer() throws IOException {
        return new String(RawPeer.readBody(in, head()), StandardCharsets.UTF_8);
    }

    /** The next chunk of an answer that comes in pieces. */
    String chunk() throws IOException {
        return new String(RawPeer.readChunk(in), StandardCharsets.UTF_8);
    }

    /** One byte; -1 for the end. */
    int read() throws IOException {
        return in.read();
    }

    int available() throws IOException {
        return in.available();
    }

    /** How the connection ends: {@code fin} or {@code rst}. What still comes before that is thrown away. */
    String end() {
        try {
            in.transferTo(OutputStream.nullOutputStream());
            return "fin";
        } catch (java.net.SocketTimeoutException open) {
            return "open";
        } catch (IOException reset) {
            return "rst";
        }
    }

    void leave() throws IOException {
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
