// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.config;

import dev.longwire.core.Limits;
import dev.longwire.core.Namespaces;
import java.util.List;
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
        @Nullable String ticketKey) {

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
            null);

    public ServerConfig {
        origins = List.copyOf(origins);
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

    public ServerConfig at(String newHost, int newPort) {
        return new ServerConfig(
                newHost,
                newPort,
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
                ticketKey);
    }

    public ServerConfig withLoops(int newLoops) {
        return new ServerConfig(
                host,
                port,
                newLoops,
                transport,
                insecure,
                origins,
                network,
                session,
                namespaces,
                logBytes,
                drainMillis,
                tls,
                ticketKey);
    }

    public ServerConfig withTransport(Transport newTransport) {
        return new ServerConfig(
                host,
                port,
                loops,
                newTransport,
                insecure,
                origins,
                network,
                session,
                namespaces,
                logBytes,
                drainMillis,
                tls,
                ticketKey);
    }

    public ServerConfig withInsecure(boolean newInsecure) {
        return new ServerConfig(
                host,
                port,
                loops,
                transport,
                newInsecure,
                origins,
                network,
                session,
                namespaces,
                logBytes,
                drainMillis,
                tls,
                ticketKey);
    }

    public ServerConfig withOrigins(List<String> newOrigins) {
        return new ServerConfig(
                host,
                port,
                loops,
                transport,
                insecure,
                newOrigins,
                network,
                session,
                namespaces,
                logBytes,
                drainMillis,
                tls,
                ticketKey);
    }

    public ServerConfig withNetwork(NetworkLimits newNetwork) {
        return new ServerConfig(
                host,
                port,
                loops,
                transport,
                insecure,
                origins,
                newNetwork,
                session,
                namespaces,
                logBytes,
                drainMillis,
                tls,
                ticketKey);
    }

    public ServerConfig withSession(Limits newSession) {
        return new ServerConfig(
                host,
                port,
                loops,
                transport,
                insecure,
                origins,
                network,
                newSession,
                namespaces,
                logBytes,
                drainMillis,
                tls,
                ticketKey);
    }

    public ServerConfig withNamespaces(Namespaces newNamespaces, long newLogBytes) {
        return new ServerConfig(
                host,
                port,
                loops,
                transport,
                insecure,
                origins,
                network,
                session,
                newNamespaces,
                newLogBytes,
                drainMillis,
                tls,
                ticketKey);
    }

    public ServerConfig withDrainMillis(long newDrainMillis) {
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
                newDrainMillis,
                tls,
                ticketKey);
    }

    public ServerConfig withTls(Tls newTls) {
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
                newTls,
                ticketKey);
    }
}
