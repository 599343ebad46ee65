// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** Somebody who gets requests on a real socket, and answers byte by byte as a test wants. */
public final class Receiver implements AutoCloseable {

    /** A request as it came. */
    public record Request(String line, Map<String, String> headers, byte[] body, int connection) {
        public String text() {
            return new String(body, StandardCharsets.UTF_8);
        }
    }

    /** How requests are answered. The connection is closed when false is returned. */
    public interface Mood {
        boolean answer(Request request, OutputStream out) throws IOException, InterruptedException;
    }

    /** Answers with a status and no body, and keeps the connection. */
    public static Mood says(int status) {
        return (request, out) -> {
            out.write(("HTTP/1.1 " + status + " x\r\nContent-Length: 0\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            return true;
        };
    }

    /** Writes just this, and keeps the connection. */
    public static Mood writes(String bytes) {
        return (request, out) -> {
            out.write(bytes.getBytes(StandardCharsets.ISO_8859_1));
            return true;
        };
    }

    /** Never answers. */
    public final Mood hangs = (request, out) -> {
        hanging().await();
        return false;
    };

    private final ServerSocket door;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final CountDownLatch end = new CountDownLatch(1);
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final List<Socket> accepted = new CopyOnWriteArrayList<>();
    private volatile Mood mood;

    public Receiver(Mood mood) throws IOException {
        this(new ServerSocket(0, 100, InetAddress.getLoopbackAddress()), mood);
    }

    public Receiver(ServerSocket door, Mood mood) {
        this.door = door;
        this.mood = mood;
        Thread.ofVirtual().start(this::accept);
    }

    private CountDownLatch hanging() {
        return end;
    }

    public int port() {
        return door.getLocalPort();
    }

    public void mood(Mood next) {
        mood = next;
    }

    /** All that came, in the order in which they were read. */
    public List<Request> requests() {
        return List.copyOf(requests);
    }

    /** Connections that were ever accepted. */
    public int connections() {
        return accepted.size();
    }

    /** Connections that are open now. */
    public int openConnections() {
        return open.size();
    }

    /** Cuts what is open. */
    public void cut() throws IOException {
        for (Socket each : open) {
            each.close();
        }
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = door.accept();
                accepted.add(socket);
                open.add(socket);
                int number = accepted.size();
                Thread.ofVirtual().start(() -> serve(socket, number));
            }
        } catch (IOException closed) {
            // The end of the test.
        }
    }

    private void serve(Socket socket, int number) {
        try (socket) {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            OutputStream out = socket.getOutputStream();
            @Nullable Request request = read(in, number);
            while (request != null) {
                requests.add(request);
                if (!mood.answer(request, out)) {
                    break;
                }
                out.flush();
                request = read(in, number);
            }
        } catch (IOException gone) {
            // The other side may go whenever it likes.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(socket);
        }
    }

    private static @Nullable Request read(InputStream in, int number) throws IOException {
        String line = line(in);
        if (line.isEmpty()) {
            return null;
        }
        Map<String, String> headers = new HashMap<>();
        for (String each = line(in); !each.isEmpty(); each = line(in)) {
            int colon = each.indexOf(':');
            headers.put(
                    each.substring(0, colon).toLowerCase(Locale.ROOT),
                    each.substring(colon + 1).trim());
        }
        byte[] body = in.readNBytes(Integer.parseInt(headers.getOrDefault("content-length", "0")));
        return new Request(line, headers, body, number);
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next >= 0 && next != '\n'; next = in.read()) {
            if (next != '\r') {
                line.append((char) next);
            }
        }
        return line.toString();
    }

    @Override
    public void close() throws IOException {
        end.countDown();
        door.close();
        cut();
    }
}
