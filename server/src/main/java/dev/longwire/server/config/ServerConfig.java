// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.config;

import dev.longwire.core.Limits;
import dev.longwire.core.Namespaces;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A server's settings.
 *
 * @param host the address to bind to; without authentication only a loopback one, unless {@code insecure}
 * @param port 0 for any free one
 * @param loops event loops; 0 for one per processor
 * @param transport what carries the sockets
 * @param insecure whether to serve other machines without authentication
 * @param origins origins of pages that may connect, exactly as browsers send them; empty for the server's own only
 * @param network what one connection may cost
 * @param session what one session may cost
 * @param namespaces settings by channel name
 * @param logBytes all channel logs together; 0 for a quarter of the heap
 * @param drainMillis over how long clients are told to come back when the server stops, and how long it waits for them
 *     to go
 * @param tls the certificate; null to serve without TLS
 * @param ticketKey what session tickets are sealed with, at least 32 characters; null for a random one per start
 * @param adminKeys who may see and close what is there; none leaves that to those at a server bound to loopback
 * @param bridges ways to WebSocket servers of other people
 */
public record ServerConfig(
        String host,
        int port,
        int loops,
        Transport transport,
        boolean insecure,
        List<String> origins,
        NetworkLimits network,
        Limits session,
        Namespaces namespaces,
        long logBytes,
        long drainMillis,
        @Nullable Tls tls,
        @Nullable String ticketKey,
        List<AdminKey> adminKeys,
        List<BridgeConfig> bridges) {

    /** What carries the sockets. */
    public enum Transport {
        /** Epoll where there is one, else NIO. */
        AUTO,
        NIO,
        EPOLL
    }

    public static final ServerConfig DEFAULT = new ServerConfig(
            "127.0.0.1",
            8000,
            0,
            Transport.AUTO,
            false,
            List.of(),
            NetworkLimits.DEFAULT,
            Limits.DEFAULT,
            Namespaces.DEFAULT,
            0,
            5_000,
            null,
            null,
            List.of(),
            List.of());

    public ServerConfig {
        origins = List.copyOf(origins);
        adminKeys = List.copyOf(adminKeys);
        bridges = List.copyOf(bridges);
        if (host.isBlank()) {
            throw new IllegalArgumentException("host must not be empty");
        }
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port must be 0 to 65535");
        }
        if (loops < 0 || loops > 1_024) {
            throw new IllegalArgumentException("loops must be 0 to 1024");
        }
        if (logBytes < 0 || drainMillis < 0) {
            throw new IllegalArgumentException("logBytes and drainMillis must not be negative");
        }
        if (ticketKey != null && ticketKey.length() < 32) {
            throw new IllegalArgumentException("tickets.key must have at least 32 characters");
        }
        for (String origin : origins) {
            if (!origin.matches("[a-z][a-z0-9+.-]*://[^/\\s]+")) {
                throw new IllegalArgumentException("not an origin such as https://example.com: " + origin);
            }
        }
    }

    /** Says nothing: a record would show its secrets. */
    @Override
    public String toString() {
        return "ServerConfig[" + host + ":" + port + "]";
    }

    public ServerConfig at(String host, int port) {
        return with(edit -> {
            edit.host = host;
            edit.port = port;
        });
    }

    public ServerConfig withLoops(int loops) {
        return with(edit -> edit.loops = loops);
    }

    public ServerConfig withTransport(Transport transport) {
        return with(edit -> edit.transport = transport);
    }

    public ServerConfig withInsecure(boolean insecure) {
        return with(edit -> edit.insecure = insecure);
    }

    public ServerConfig withOrigins(List<String> origins) {
        return with(edit -> edit.origins = origins);
    }

    public ServerConfig withNetwork(NetworkLimits network) {
        return with(edit -> edit.network = network);
    }

    public ServerConfig withSession(Limits session) {
        return with(edit -> edit.session = session);
    }

    public ServerConfig withNamespaces(Namespaces namespaces, long logBytes) {
        return with(edit -> {
            edit.namespaces = namespaces;
            edit.logBytes = logBytes;
        });
    }

    public ServerConfig withDrainMillis(long drainMillis) {
        return with(edit -> edit.drainMillis = drainMillis);
    }

    public ServerConfig withTls(Tls tls) {
        return with(edit -> edit.tls = tls);
    }

    public ServerConfig withAdminKeys(List<AdminKey> adminKeys) {
        return with(edit -> edit.adminKeys = adminKeys);
    }

    public ServerConfig withBridges(List<BridgeConfig> bridges) {
        return with(edit -> edit.bridges = bridges);
    }

    /** A copy with something changed; what it comes to is checked as a whole. */
    private ServerConfig with(Consumer<Edit> change) {
        Edit edit = new Edit(this);
        change.accept(edit);
        return edit.done();
    }

    /** The components while they are being changed: the one place besides the record that lists them. */
    private static final class Edit {
        private String host;
        private int port;
        private int loops;
        private Transport transport;
        private boolean insecure;
        private List<String> origins;
        private NetworkLimits network;
        private Limits session;
        private Namespaces namespaces;
        private long logBytes;
        private long drainMillis;
        private @Nullable Tls tls;
        private @Nullable String ticketKey;
        private List<AdminKey> adminKeys;
        private List<BridgeConfig> bridges;

        Edit(ServerConfig from) {
            host = from.host;
            port = from.port;
            loops = from.loops;
            transport = from.transport;
            insecure = from.insecure;
            origins = from.origins;
            network = from.network;
            session = from.session;
            namespaces = from.namespaces;
            logBytes = from.logBytes;
            drainMillis = from.drainMillis;
            tls = from.tls;
            ticketKey = from.ticketKey;
            adminKeys = from.adminKeys;
            bridges = from.bridges;
        }

        ServerConfig done() {
            return new ServerConfig(
                    host,
                    port,
                    loops,
                    transport,
                    insecure,
                    origins,
                    network,
                    session,
                    namespaces,
                    logBytes,
                    drainMillis,
                    tls,
                    ticketKey,
                    adminKeys,
                    bridges);
        }
    }
}
