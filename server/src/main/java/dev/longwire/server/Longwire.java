// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server;

import dev.longwire.core.event.EventType;
import dev.longwire.core.hook.Hook;
import dev.longwire.server.config.ServerConfig;
import dev.longwire.server.connection.ConnectionListener;
import dev.longwire.server.event.EventListener;
import dev.longwire.server.hook.Authorizer;
import dev.longwire.server.hook.Authorizers;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * How a Java program runs a server of its own: {@code Longwire.builder().port(8000).start()}.
 *
 * <p>Threads: one at a time; what {@link #start} returns may be used by any.
 */
public final class Longwire {

    private final List<Listening> listeners = new ArrayList<>();
    private final List<Authorizers.Local> authorizers = new ArrayList<>();
    private ServerConfig config = ServerConfig.DEFAULT;
    private ConnectionListener connections = ConnectionListener.NONE;

    private record Listening(EventListener listener, Set<EventType> types) {}

    private Longwire() {}

    /** A server with the default settings: on loopback, port 8000, and without authentication. */
    public static Longwire builder() {
        return new Longwire();
    }

    /** These settings, in place of all that was said before. */
    public Longwire config(ServerConfig config) {
        this.config = config;
        return this;
    }

    /**
     * Listens on this port.
     *
     * @param port 0 for any free one
     */
    public Longwire port(int port) {
        config = config.at(config.host(), port);
        return this;
    }

    /** Who is told of connections, on their event loops: it must not block. */
    public Longwire connections(ConnectionListener listener) {
        connections = listener;
        return this;
    }

    /**
     * Who is told what happens, on a thread of its own.
     *
     * @param first of the types that it is told of; messages are told of only where somebody asks
     */
    public Longwire listen(EventListener listener, EventType first, EventType... others) {
        listeners.add(new Listening(listener, EnumSet.of(first, others)));
        return this;
    }

    /**
     * Who is asked before something is done, on event loops: it must not block. Before others who are asked by requests; of
     * several here the first that fits.
     *
     * @param hook before what, and for which channels or methods; its name is its own
     */
    public Longwire authorize(Hook hook, Authorizer authorizer) {
        authorizers.add(new Authorizers.Local(hook, authorizer));
        return this;
    }

    /**
     * Starts the server.
     *
     * @throws IllegalArgumentException when the settings can't be: the message says which
     * @throws IOException when the address can't be bound
     */
    public LongwireServer start() throws IOException {
        LongwireServer server = LongwireServer.start(config, connections, authorizers);
        listeners.forEach(each -> server.listen(each.listener, each.types));
        return server;
    }
}
