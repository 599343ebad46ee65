// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server;

import dev.longwire.conformance.Arrival;
import dev.longwire.conformance.Stage;
import dev.longwire.protocol.codec.Format;
import dev.longwire.server.config.ServerConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A server of its own, and clients that speak to it over sockets. */
final class SocketStage implements Stage {

    private static final String PONG = "{\"type\":\"pong\"}";
    private static final byte[] PING = "{\"type\":\"ping\"}".getBytes(StandardCharsets.US_ASCII);

    private final Format format;
    private final LongwireServer server;
    private final Map<Integer, SocketClient> clients = new LinkedHashMap<>();

    SocketStage(Format format, int loops) {
        this.format = format;
        ServerConfig config = ServerConfig.DEFAULT.at("127.0.0.1", 0).withLoops(loops);
        server = unchecked(() -> LongwireServer.start(config.withDrainMillis(100)));
    }

    @Override
    public boolean immediate() {
        return false;
    }

    @Override
    public void open(int connection) {
        clients.put(connection, unchecked(() -> new SocketClient(server.port(), format)));
    }

    @Override
    public void cut(int connection) {
        cut(client(connection));
    }

    private static void cut(SocketClient client) {
        unchecked(() -> {
            client.cut();
            return client;
        });
    }

    @Override
    public void send(int connection, byte[] message) {
        boolean text = format == Format.JSON || Arrays.equals(message, PING);
        unchecked(() -> {
            client(connection).send(message, text);
            return message;
        });
    }

    @Override
    public List<Arrival> arrivals(int connection, int atLeast) {
        return unchecked(() -> client(connection).arrivals(atLeast));
    }

    /** Whatever was on its way to an open connection has come when a pong has. */
    @Override
    public List<Arrival> leftovers() {
        List<Arrival> left = new ArrayList<>();
        clients.forEach((number, client) -> {
            if (client.isOpen()) {
                send(number, PING);
                List<Arrival> arrivals = arrivals(number, client.waiting() + 1);
                while (client.isOpen() && !isPong(arrivals.getLast())) {
                    arrivals = arrivals(number, arrivals.size() + 1);
                }
                arrivals.removeLast();
            }
            left.addAll(arrivals(number, 0));
        });
        return left;
    }

    private static boolean isPong(Arrival arrival) {
        return arrival instanceof Arrival.Frame frame && frame.written().equals(PONG);
    }

    @Override
    public void close() {
        clients.values().forEach(SocketStage::cut);
        server.stop();
    }

    private SocketClient client(int connection) {
        SocketClient client = clients.get(connection);
        if (client == null) {
            throw new IllegalArgumentException("connection " + connection + " was never opened");
        }
        return client;
    }

    private interface Action<T> {
        T run() throws IOException;
    }

    private static <T> T unchecked(Action<T> action) {
        try {
            return action.run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
