// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Reads an answer that does not end, line by line, out of its chunks (RFC 9112, 7.1). */
final class Watcher implements AutoCloseable {

    private final Socket socket;
    private final BufferedReader in;
    private final StringBuilder text = new StringBuilder();
    private boolean over;

    Watcher(int port, String path) throws IOException {
        socket = new Socket(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port);
        socket.setSoTimeout(Peer.DEADLINE_MILLIS);
        // One character is one byte here, so that the lengths of chunks can be counted.
        in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
        socket.getOutputStream()
                .write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        String status = in.readLine();
        if (!"HTTP/1.1 200 OK".equals(status)) {
            throw new IOException("answered " + status);
        }
        while (!"".equals(in.readLine())) {
            // The headers are of no interest.
        }
    }

    /** The next line, once it is whole. */
    String line() throws IOException {
        int end = text.indexOf("\n");
        while (end < 0 && more()) {
            end = text.indexOf("\n");
        }
        if (end < 0) {
            throw new IOException("the stream has ended");
        }
        String line = text.substring(0, end);
        text.delete(0, end + 1);
        return line;
    }

    private boolean more() throws IOException {
        String length = in.readLine();
        int count = length == null ? 0 : Integer.parseInt(length, 16);
        for (int i = 0; i < count; i++) {
            text.append((char) in.read());
        }
        in.readLine();
        over = count == 0;
        return !over;
    }

    /** Reads until the answer has ended as it should. */
    boolean untilEnd() throws IOException {
        while (!over && more()) {
            text.setLength(0);
        }
        return over;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
