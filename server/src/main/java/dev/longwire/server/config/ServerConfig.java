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
 * @param engine what moves the bytes
 * @param insecure whether to serve other machines without authentication
 * @param gate who gets as far as a request, and how many
 * @param network what one connection may cost
 * @param session what one session may cost
 * @param logs what is kept of channels
 * @param drainMillis over how long clients are told to come back when the server stops, and how long it waits for them
 *     to go
 * @param tls the certificate; null to serve without TLS
 * @param access who is let in, and to what
 * @param bridges ways to WebSocket servers of other people
 * @param webhooks who is told of events
 * @param hooks who is asked first; the first that fits
 */
public record ServerConfig(
        String host,
        int port,
        Engine engine,
        boolean insecure,
        GateLimits gate,
        NetworkLimits network,
        Limits session,
        Logs logs,
        long drainMillis,
        @Nullable Tls tls,
        Access access,
        List<BridgeConfig> bridges,
        List<WebhookConfig> webhooks,
        List<HookConfig> hooks) {

    /** What carries the sockets. */
    public enum Transport {
        /** Epoll where there is one, else NIO. */
        AUTO,
        NIO,
        EPOLL
    }

    /**
     * What moves the bytes.
     *
     * @param loops event loops; 0 for one per processor
     * @param transport what carries the sockets
     * @param deflateFrom messages at least so long are compressed for WebSockets that offer permessage-deflate; 0 for
     *     none, and then the offer is declined
     */
    public record Engine(int loops, Transport transport, int deflateFrom) {
        public Engine {
            if (loops < 0 || loops > 1_024) {
                throw new IllegalArgumentException("loops must be 0 to 1024");
            }
            if (deflateFrom < 0) {
                throw new IllegalArgumentException("deflateFrom must not be negative");
            }
        }
    }

    /**
     * What is kept of channels.
     *
     * @param namespaces settings by channel name
     * @param bytes all channel logs together; 0 for a quarter of the heap
     */
    public record Logs(Namespaces namespaces, long bytes) {
        public Logs {
            if (bytes < 0) {
                throw new IllegalArgumentException("logs must not be negative");
            }
        }
    }

    /**
     * Who is let in, and to what.
     *
     * @param ticketKey what session tickets are sealed with, at least 32 characters; null for a random one per start
     * @param adminKeys who may see and close what is there; none leaves that to those at a server bound to loopback
     * @param tokens whose tokens are accepted; with none nobody is asked who they are
     */
    public record Access(@Nullable String ticketKey, List<AdminKey> adminKeys, List<TokenIssuer> tokens) {
        public Access {
            adminKeys = List.copyOf(adminKeys);
            tokens = List.copyOf(tokens);
            if (ticketKey != null && ticketKey.length() < 32) {
                throw new IllegalArgumentException("tickets.key must have at least 32 characters");
            }
        }

        /** Says nothing: a record would show its secrets. */
        @Override
        public String toString() {
            return "Access";
        }
    }

    public static final ServerConfig DEFAULT = new ServerConfig(
            "127.0.0.1",
            8000,
            new Engine(0, Transport.AUTO, 0),
            false,
            GateLimits.DEFAULT,
            NetworkLimits.DEFAULT,
            Limits.DEFAULT,
            new Logs(Namespaces.DEFAULT, 0),
            5_000,
            null,
            new Access(null, List.of(), List.of()),
            List.of(),
            List.of(),
            List.of());

    public ServerConfig {
        bridges = List.copyOf(bridges);
        webhooks = List.copyOf(webhooks);
        hooks = List.copyOf(hooks);
        if (host.isBlank()) {
            throw new IllegalArgumentException("host must not be empty");
        }
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port must be 0 to 65535");
        }
        if (drainMillis < 0) {
            throw new IllegalArgumentException("drainMillis must not be negative");
        }
    }

    /** Origins of pages that may connect; empty for the server's own only. */
    public List<String> origins() {
        return gate.origins();
    }

    /** Event loops; 0 for one per processor. */
    public int loops() {
        return engine.loops;
    }

    /** What carries the sockets. */
    public Transport transport() {
        return engine.transport;
    }

    /** What session tickets are sealed with; null for a random key per start. */
    public @Nullable String ticketKey() {
        return access.ticketKey;
    }

    /** Who may see and close what is there. */
    public List<AdminKey> adminKeys() {
        return access.adminKeys;
    }

    /** Whose tokens are accepted. */
    public List<TokenIssuer> tokens() {
        return access.tokens;
    }

    /** Settings by channel name. */
    public Namespaces namespaces() {
        return logs.namespaces;
    }

    /** All channel logs together; 0 for a quarter of the heap. */
    public long logBytes() {
        return logs.bytes;
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
        return with(edit -> edit.engine = new Engine(loops, edit.engine.transport, edit.engine.deflateFrom));
    }

    public ServerConfig withTransport(Transport transport) {
        return with(edit -> edit.engine = new Engine(edit.engine.loops, transport, edit.engine.deflateFrom));
    }

    public ServerConfig withDeflateFrom(int bytes) {
        return with(edit -> edit.engine = new Engine(edit.engine.loops, edit.engine.transport, bytes));
    }

    public ServerConfig withInsecure(boolean insecure) {
        return with(edit -> edit.insecure = insecure);
    }

    public ServerConfig withOrigins(List<String> origins) {
        return with(edit -> edit.gate = edit.gate.withOrigins(origins));
    }

    public ServerConfig withGate(GateLimits gate) {
        return with(edit -> edit.gate = gate);
    }

    public ServerConfig withNetwork(NetworkLimits network) {
        return with(edit -> edit.network = network);
    }

    public ServerConfig withSession(Limits session) {
        return with(edit -> edit.session = session);
    }

    public ServerConfig withNamespaces(Namespaces namespaces, long logBytes) {
        return with(edit -> edit.logs = new Logs(namespaces, logBytes));
    }

    public ServerConfig withDrainMillis(long drainMillis) {
        return with(edit -> edit.drainMillis = drainMillis);
    }

    public ServerConfig withTls(Tls tls) {
        return with(edit -> edit.tls = tls);
    }

    public ServerConfig withAdminKeys(List<AdminKey> adminKeys) {
        return with(edit -> edit.access = new Access(edit.access.ticketKey, adminKeys, edit.access.tokens));
    }

    public ServerConfig withBridges(List<BridgeConfig> bridges) {
        return with(edit -> edit.bridges = bridges);
    }

    public ServerConfig withWebhooks(List<WebhookConfig> webhooks) {
        return with(edit -> edit.webhooks = webhooks);
    }

    public ServerConfig withHooks(List<HookConfig> hooks) {
        return with(edit -> edit.hooks = hooks);
    }

    public ServerConfig withTokens(List<TokenIssuer> tokens) {
        return with(edit -> edit.access = new Access(edit.access.ticketKey, edit.access.adminKeys, tokens));
    }

    /** Whether clients say who they are, so that a server may be reached by anybody. */
    public boolean authenticates() {
        return !access.tokens.isEmpty();
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
        private Engine engine;
        private boolean insecure;
        private GateLimits gate;
        private NetworkLimits network;
        private Limits session;
        private Logs logs;
        private long drainMillis;
        private @Nullable Tls tls;
        private Access access;
        private List<BridgeConfig> bridges;
        private List<WebhookConfig> webhooks;
        private List<HookConfig> hooks;

        Edit(ServerConfig from) {
            host = from.host;
            port = from.port;
            engine = from.engine;
            insecure = from.insecure;
            gate = from.gate;
            network = from.network;
            session = from.session;
            logs = from.logs;
            drainMillis = from.drainMillis;
            tls = from.tls;
            access = from.access;
            bridges = from.bridges;
            webhooks = from.webhooks;
            hooks = from.hooks;
        }

        ServerConfig done() {
            return new ServerConfig(
                    host,
                    port,
                    engine,
                    insecure,
                    gate,
                    network,
                    session,
                    logs,
                    drainMillis,
                    tls,
                    access,
                    bridges,
                    webhooks,
                    hooks);
        }
    }
}
