// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A client that bears a token, over a WebSocket or by polling: the same questions, whatever carries them. */
abstract class Bearer implements AutoCloseable {

    /** The ways to a server. */
    enum Way {
        WEBSOCKET,
        POLLING
    }

    final int port;
    private int ids;

    /** What came and answered nothing that was asked, oldest first. */
    final ArrayDeque<Map<String, Object>> heard = new ArrayDeque<>();

    private Bearer(int port) {
        this.port = port;
    }

    static Bearer of(Way way, int port) {
        return switch (way) {
            case WEBSOCKET -> new Socket(port);
            case POLLING -> new Poller(port);
        };
    }

    /** Connects, and comes back when {@code resume} says to what; the answer is {@code connected} or an error. */
    final Map<String, Object> connect(String token, String resume) throws IOException {
        open();
        return ask(
                "\"type\":\"connect\",\"token\":\"" + token + "\"" + (resume.isEmpty() ? "" : ",\"resume\":" + resume));
    }

    /** Asks something, with the next id, and returns its answer. What else comes is heard. */
    final Map<String, Object> ask(String fields) throws IOException {
        int id = ++ids;
        send("{\"id\":" + id + "," + fields + "}");
        Map<String, Object> frame = take();
        while (!Integer.valueOf(id).equals(number(frame)) && !"disconnect".equals(frame.get("type"))) {
            heard.add(frame);
            frame = take();
        }
        return frame;
    }

    private static @Nullable Integer number(Map<String, Object> frame) {
        return frame.get("id") instanceof Number id ? Integer.valueOf(id.intValue()) : null;
    }

    /** The next of this type among what was heard and what comes. */
    final Map<String, Object> await(String type) throws IOException {
        for (Map<String, Object> each : heard) {
            if (type.equals(each.get("type"))) {
                heard.remove(each);
                return each;
            }
        }
        Map<String, Object> frame = take();
        while (!type.equals(frame.get("type"))) {
            heard.add(frame);
            frame = take();
        }
        return frame;
    }

    abstract void open() throws IOException;

    abstract void send(String frame) throws IOException;

    /** The next frame, whenever it comes. */
    abstract Map<String, Object> take() throws IOException;

    @Override
    public abstract void close() throws IOException;

    /** Loses the connection; the server hears nothing. */
    abstract void cut() throws IOException;

    private static final class Socket extends Bearer {
        private @Nullable Peer peer;

        Socket(int port) {
            super(port);
        }

        private Peer peer() {
            if (peer == null) {
                throw new IllegalStateException("not connected");
            }
            return peer;
        }

        @Override
        void open() throws IOException {
            cut();
            peer = Peer.webSocket(port, Peer.JSON);
        }

        @Override
        void send(String frame) throws IOException {
            peer().text(frame);
        }

        @Override
        Map<String, Object> take() throws IOException {
            return peer().message();
        }

        @Override
        void cut() throws IOException {
            if (peer != null) {
                peer.close();
                peer = null;
            }
        }

        @Override
        public void close() throws IOException {
            cut();
        }
    }

    private static final class Poller extends Bearer {
        private final ArrayDeque<Map<String, Object>> came = new ArrayDeque<>();
        private String session = "";
        private int seq;

        Poller(int port) {
            super(port);
        }

        @Override
        void open() {
            session = "";
            seq = 0;
            came.clear();
        }

        @Override
        void send(String frame) throws IOException {
            poll(frame, 0);
        }

        private void poll(String frames, int wait) throws IOException {
            String body = "{" + (session.isEmpty() ? "" : "\"session\":\"" + session + "\",") + "\"seq\":" + ++seq
                    + ",\"wait\":" + wait + ",\"frames\":[" + frames + "]}";
            try (Peer peer = new Peer(port)) {
                Peer.Answer answer = peer.ask(
                        "POST /v1/poll HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
                                + body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + body);
                if (answer.status() != 200) {
                    throw new IOException("a poll was answered " + answer.status() + " " + answer.body());
                }
                for (Object each : new ArrayList<>(Documents.list(Documents.parse(answer.body()), "frames"))) {
                    took(each);
                }
            }
        }

        @SuppressWarnings("unchecked") // a frame is a map with names
        private void took(Object frame) {
            Map<String, Object> map = (Map<String, Object>) frame;
            if ("connected".equals(map.get("type"))) {
                session = Documents.text(map, "session");
            }
            came.add(map);
        }

        @Override
        Map<String, Object> take() throws IOException {
            while (came.isEmpty()) {
                poll("", 20_000);
            }
            return came.remove();
        }

        @Override
        void cut() {
            // Between two polls there is no connection to lose.
        }

        @Override
        public void close() {
            // The server's window ends it.
        }
    }

    /** What was heard of these types, in order. */
    final List<String> heardTypes() {
        return heard.stream().map(each -> String.valueOf(each.get("type"))).toList();
    }
}
