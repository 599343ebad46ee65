// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.config;

import java.util.Locale;

/** Everything that a configuration file, the environment or a flag can set, by the path it has in the file. */
public enum Setting {
    HOST(
            "host",
            Kind.TEXT,
            "127.0.0.1",
            "address to bind to; without authentication a loopback one, unless `insecure`"),
    PORT("port", Kind.COUNT, "8000", "0 for any free one; the address is printed"),
    LOOPS("loops", Kind.COUNT, "0", "event loops; 0 for one per processor"),
    TRANSPORT("transport", Kind.TEXT, "auto", "`auto` (epoll where there is one), `epoll` or `nio`"),
    DEFLATE(
            "deflate",
            Kind.SIZE,
            "0",
            "messages at least so long are compressed for WebSockets that offer `permessage-deflate`; 0 for none"),
    INSECURE("insecure", Kind.FLAG, "false", "serve other machines without authentication, under any name"),
    ORIGINS(
            "origins",
            Kind.LIST,
            "",
            "origins of pages that may connect, as browsers send them; none means the server's own"),
    TRUSTED_PROXIES(
            "trusted_proxies",
            Kind.LIST,
            "",
            "addresses and ranges (`10.0.0.0/8`) of proxies whose `X-Forwarded-For` is believed"),
    PROXY_PROTOCOL(
            "proxy_protocol",
            Kind.FLAG,
            "false",
            "these proxies begin every connection with a header of the PROXY protocol; one that doesn't is closed"),
    DRAIN("drain", Kind.TIME, "5s", "over how long clients are told to come back when the server stops"),

    CERTIFICATE(
            "tls.certificate", Kind.TEXT, "", "PEM file with the certificate and its chain; then https, wss and h2"),
    KEY("tls.key", Kind.TEXT, "", "PEM file with its private key (PKCS #8); both are looked at again every 10 s"),

    TICKET_KEY(
            "tickets.key",
            Kind.TEXT,
            "",
            "secret that seals session tickets, at least 32 characters; none means a random one per start"),

    FIRST_FRAME(
            "timeouts.first_frame", Kind.TIME, "10s", "from open to a first `connect`; then 4200 `connect_timeout`"),
    PING("timeouts.ping", Kind.TIME, "25s", "silence after which a client pings, and a silent one is probed"),
    PONG("timeouts.pong", Kind.TIME, "8s", "silence beyond that; then 4002 `silent`"),
    WINDOW("timeouts.window", Kind.TIME, "2m", "how long a session is kept without a carrier"),
    TOKEN_GRACE(
            "timeouts.token",
            Kind.TIME,
            "30s",
            "a token is asked for so long before its end, and counts so long after it"),
    POLL_WAIT("timeouts.poll_wait", Kind.TIME, "20s", "how long a poll is held at most"),
    REQUEST(
            "timeouts.request",
            Kind.TIME,
            "10s",
            "for an HTTP request to arrive; then 408 `request_timeout`, and it closes"),
    MESSAGE_TIME("timeouts.message", Kind.TIME, "30s", "for a WebSocket message to arrive; then it closes with 1008"),
    IDLE("timeouts.idle", Kind.TIME, "75s", "a kept-alive HTTP connection may be idle"),
    CLOSE("timeouts.close", Kind.TIME, "2s", "to wait for the peer's half of a WebSocket close"),

    MESSAGE("limits.message", Kind.SIZE, "64KiB", "a client's message; longer closes with 1009"),
    FRAGMENTS("limits.fragments", Kind.COUNT, "1024", "fragments of a message; more closes with 1008"),
    PINGS("limits.pings", Kind.COUNT, "16", "pings whose pongs are not written yet; more closes with 1008"),
    UNSENT("limits.unsent", Kind.SIZE, "64KiB", "written and not taken by the socket; then cursors wait"),
    REQUEST_LINE("limits.request_line", Kind.SIZE, "4KiB", "of an HTTP request; longer is 400"),
    HEADERS("limits.headers", Kind.SIZE, "16KiB", "of an HTTP request; more is 400"),
    BODY("limits.body", Kind.SIZE, "1MiB", "of an HTTP request; more is 413"),
    REQUESTS("limits.requests", Kind.COUNT, "128", "requests of a session that wait for an answer"),
    SUBSCRIPTIONS("limits.subscriptions", Kind.COUNT, "128", "channels of a session"),
    FRAME_RATE("limits.frame_rate", Kind.COUNT, "1000", "frames of a session in a second; 0 for any number"),
    BYTE_RATE("limits.byte_rate", Kind.SIZE, "4MiB", "bytes of a session's frames in a second; 0 for any number"),
    BURST("limits.burst", Kind.TIME, "10s", "what a session has not used of the two in this time it may use at once"),
    CHANNEL_RATE(
            "limits.channel_rate", Kind.COUNT, "1000", "new channel names of a user in a minute; 0 for any number"),

    CONNECTIONS(
            "limits.connections", Kind.COUNT, "100000", "that are open; more get 503 `overloaded`; 0 for any number"),
    CONNECTIONS_PER_ADDRESS(
            "limits.connections_per_address",
            Kind.COUNT,
            "10000",
            "of one client's address (IPv6: of one /64); more get 503 `overloaded`; 0 for any number"),
    SESSIONS_PER_USER(
            "limits.sessions_per_user",
            Kind.COUNT,
            "100",
            "of one user of a token, attached or waiting; a new one gets `too_many_sessions`; 0 for any number"),
    CONNECTIONS_PER_SECOND(
            "limits.connections_per_second",
            Kind.COUNT,
            "0",
            "that are taken, a second's worth at once; more get 503 `overloaded`; 0 for any number"),

    ANONYMOUS(
            "anonymous",
            Kind.LIST,
            "",
            "where there are tokens, what everybody may do without one: of `subscribe`, `publish`, `presence`, `enter`, `history`",
            true),

    DEDUPE("dedupe", Kind.TIME, "5m", "how long a publish key is recognised"),
    LOGS("logs", Kind.SIZE, "0", "all channel logs together; 0 for a quarter of the heap"),

    AGE("retention.age", Kind.TIME, "2m", "messages younger than this stay, whatever their number", true),
    COUNT("retention.count", Kind.COUNT, "1000", "the newest so many stay, whatever their age", true),
    BYTES("retention.bytes", Kind.SIZE, "64MiB", "a log's length; beyond it the oldest go", true),
    KEEP("retention.idle", Kind.TIME, "1h", "a log with no subscriber goes so long after its last message", true),
    LAG("slow.lag", Kind.COUNT, "0", "messages a subscriber may be behind; 0 for as many as the log has", true),
    ACTION("slow.action", Kind.TEXT, "reset", "then: `reset`, `latest` or `cut`", true),
    GRACE("presence.grace", Kind.TIME, "15s", "how long a member stays whose connection was cut", true),
    LEASE("presence.lease", Kind.TIME, "30s", "how long the members of a hub stay that is not heard of any more", true),
    STATE("presence.state", Kind.SIZE, "4KiB", "what a member may say of itself; more is `too_large`", true),
    BATCH_FROM("presence.batch_from", Kind.COUNT, "100", "with more members, changes are told together", true),
    BATCH("presence.batch", Kind.TIME, "1s", "and at most once in this time", true),
    PUBLISH_RATE(
            "publish_rate",
            Kind.COUNT,
            "0",
            "messages of a channel in a second, from all who publish there together; 0 for any number",
            true);

    /** How a value is written. */
    public enum Kind {
        TEXT,
        COUNT,
        FLAG,
        LIST,
        TIME,
        SIZE
    }

    private final String path;
    private final Kind kind;
    private final String standard;
    private final String meaning;
    private final boolean perNamespace;

    Setting(String path, Kind kind, String standard, String meaning) {
        this(path, kind, standard, meaning, false);
    }

    Setting(String path, Kind kind, String standard, String meaning, boolean perNamespace) {
        this.path = path;
        this.kind = kind;
        this.standard = standard;
        this.meaning = meaning;
        this.perNamespace = perNamespace;
    }

    /** Where it stands in a file: {@code timeouts.ping} is {@code ping} under {@code timeouts}. */
    public String path() {
        return path;
    }

    public Kind kind() {
        return kind;
    }

    /** What it is when nobody says otherwise. */
    public String standard() {
        return standard;
    }

    public String meaning() {
        return meaning;
    }

    /** Whether {@code namespaces.NAME} may set it too. */
    public boolean perNamespace() {
        return perNamespace;
    }

    /** Whether nobody is to be shown its value. */
    public boolean secret() {
        return this == TICKET_KEY;
    }

    /** Its name in the environment. */
    public String variable() {
        return "LONGWIRE_" + path.toUpperCase(Locale.ROOT).replace('.', '_');
    }
}
