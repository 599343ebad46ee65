// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.http;

import dev.longwire.protocol.ErrorCode;
import dev.longwire.server.bridge.BridgeLine;
import dev.longwire.server.bridge.Bridges;
import dev.longwire.server.config.AdminKey.Scope;
import dev.longwire.server.loop.Loops;
import dev.longwire.server.webhook.Webhooks;
import dev.longwire.server.websocket.Handshake;
import dev.longwire.server.websocket.WebSocketLine;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Which path is answered by what. Paths are compared whole. */
public final class Router {

    private static final int LONGEST_KEPT = 200;
    private static final String BRIDGES = "/v1/bridge/";
    private static final String TEXT = "text/plain; charset=utf-8";

    /** Something that answers requests on a path. */
    interface Route {
        void handle(Exchange exchange);
    }

    /** What a path takes. */
    private record Entry(HttpMethod method, Route route, boolean head, List<String> origins) {

        Entry(HttpMethod method, Route route, boolean head) {
            this(method, route, head, List.of());
        }

        boolean takes(HttpMethod asked) {
            return asked.equals(method) || head && asked.equals(HttpMethod.HEAD);
        }

        String methods() {
            return method.name() + (head ? ", HEAD, OPTIONS" : ", OPTIONS");
        }
    }

    private final Guard guard;
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final List<Bridges> bridges = new ArrayList<>();
    private final AtomicBoolean draining = new AtomicBoolean();
    private final Feed feed;
    private final boolean deflates;
    private final Credentials credentials = new Credentials();

    public Router(Loops loops, Webhooks webhooks) {
        this.guard = new Guard(loops.config());
        this.deflates = loops.config().engine().deflateFrom() > 0;
        Admin admin = new Admin(loops);
        Registry registry = new Registry(admin);
        AdminDoor door = new AdminDoor(loops.config());
        entries.put("/v1/ws", new Entry(HttpMethod.GET, this::webSocket, false));
        entries.put("/v1/poll", new Entry(HttpMethod.POST, whileOpen(new PollRoute(credentials)), false));
        entries.put("/v1/events", new Entry(HttpMethod.GET, whileOpen(new EventsRoute(credentials)), false));
        entries.put("/v1/tickets", new Entry(HttpMethod.POST, credentials::issue, false));
        get("/health/live", exchange -> exchange.answer(HttpResponseStatus.OK, TEXT, "live\n"));
        get("/health/ready", this::ready);
        get(
                "/metrics",
                door.only(
                        Scope.READ,
                        exchange -> exchange.answer(
                                HttpResponseStatus.OK,
                                "text/plain; version=0.0.4; charset=utf-8",
                                loops.metrics().scrape())));
        get("/v1/admin/stats", door.only(Scope.READ, admin::stats));
        get("/v1/admin/connections", door.only(Scope.READ, registry::list));
        get("/v1/admin/channels", door.only(Scope.READ, admin::channels));
        Users users = new Users(admin);
        get("/v1/users", door.only(Scope.READ, users::list));
        get("/v1/subscriptions", door.only(Scope.READ, users::subscriptions));
        entries.put("/v1/subscribe", new Entry(HttpMethod.POST, door.only(Scope.SUBSCRIBE, users::subscribe), false));
        entries.put(
                "/v1/unsubscribe", new Entry(HttpMethod.POST, door.only(Scope.SUBSCRIBE, users::unsubscribe), false));
        this.feed = new Feed(loops.journal());
        get("/v1/admin/events", door.only(Scope.READ, feed));
        Backend backend = new Backend(loops);
        entries.put("/v1/publish", new Entry(HttpMethod.POST, door.only(Scope.PUBLISH, backend::publish), false));
        get("/v1/openapi.json", Backend::describe);
        get("/v1/history", door.only(Scope.HISTORY, backend::history));
        get("/v1/presence", door.only(Scope.PRESENCE, backend::presence));
        entries.put("/v1/admin/close", new Entry(HttpMethod.POST, door.only(Scope.CLOSE, registry::close), false));
        Revoking revoking = new Revoking(admin);
        entries.put("/v1/admin/revoke", new Entry(HttpMethod.POST, door.only(Scope.REVOKE, revoking::revoke), false));
        WebhookRoutes hooks = new WebhookRoutes(webhooks);
        get("/v1/admin/webhooks", door.only(Scope.READ, hooks::list));
        entries.put(
                "/v1/admin/webhooks/redeliver",
                new Entry(HttpMethod.POST, door.only(Scope.WEBHOOKS, hooks::redeliver), false));
        Pages.files().forEach((path, file) -> get(path, door.page(file::answer)));
        get("/docs", door.page(Pages::toDocs));
        loops.config().bridges().forEach(each -> bridge(new Bridges(each, loops)));
        loops.metrics()
                .gauge(
                        "longwire.bridges.open",
                        "Sessions of bridges whose upstream is open.",
                        () -> bridges.stream().mapToLong(Bridges::openCount).sum());
    }

    private void bridge(Bridges one) {
        bridges.add(one);
        String path = BRIDGES + one.config().name();
        List<String> origins = one.config().origins();
        Set<String> ours = Set.of(BridgeLine.SUBPROTOCOL);
        Route counted = exchange -> webSocket(
                exchange,
                ours,
                outcome -> new BridgeLine(
                        exchange.loop(), one, exchange.headers().copy(), credentials.of(exchange), exchange.address()));
        Route plain = whileOpen(new PlainRoute(one, credentials));
        Route socket = exchange -> (Handshake.offered(exchange.headers(), ours) ? counted : plain).handle(exchange);
        entries.put(path, new Entry(HttpMethod.GET, socket, false, origins));
        // A session that is open may hear of its end while the server goes.
        entries.put(path + "/poll", new Entry(HttpMethod.POST, new BridgeRoute(one, credentials), false, origins));
    }

    private void get(String path, Route route) {
        entries.put(path, new Entry(HttpMethod.GET, route, true));
    }

    /** The method of each path; HEAD and OPTIONS beside it are not named. */
    Map<String, String> methods() {
        Map<String, String> methods = new TreeMap<>();
        entries.forEach((path, entry) -> methods.put(path, entry.method.name()));
        return methods;
    }

    /** From now on the server is not ready and takes no session. */
    public void drain() {
        draining.set(true);
        bridges.forEach(Bridges::drain);
        feed.end();
    }

    /** @param room whether there is room for one more request of this client */
    void handle(Exchange exchange, boolean room) {
        if (!guard.hostAllowed(exchange.headers())) {
            refused(exchange, ErrorCode.HOST_NOT_ALLOWED);
            return;
        }
        Entry entry = entries.get(exchange.path());
        if (!guard.originAllowed(exchange.headers(), entry == null ? List.of() : entry.origins)) {
            refused(exchange, ErrorCode.ORIGIN_NOT_ALLOWED);
            return;
        }
        exchange.allowReading(exchange.headers().get(HttpHeaderNames.ORIGIN));
        if (!room || exchange.turnedAway()) {
            exchange.refuse(ErrorCode.OVERLOADED, null, pauseMillis());
        } else if (entry == null) {
            exchange.refuse(ErrorCode.NOT_FOUND);
        } else if (!exchange.path().startsWith(BRIDGES) && Credentials.inUrl(exchange)) {
            // The query of a bridge belongs to the server behind it.
            exchange.refuse(ErrorCode.TOKEN_IN_URL);
        } else if (exchange.method().equals(HttpMethod.OPTIONS)) {
            preflight(exchange, entry);
        } else if (!entry.takes(exchange.method())) {
            FullHttpResponse response = Problem.of(ErrorCode.METHOD_NOT_ALLOWED);
            response.headers().set(HttpHeaderNames.ALLOW, entry.methods());
            exchange.answer(response);
        } else {
            entry.route.handle(exchange);
        }
    }

    /** Not the same for everybody: whoever was turned away together would come back together. */
    private static long pauseMillis() {
        return ThreadLocalRandom.current().nextLong(1_000, 5_000);
    }

    /** The origin is what an operator has to know; what is kept of it is bounded. */
    private static void refused(Exchange exchange, ErrorCode code) {
        String origin = exchange.headers().get(HttpHeaderNames.ORIGIN, "");
        exchange.loop().loops().listener().refused(code.wire(), cut(exchange.path()), cut(origin), exchange.address());
        exchange.refuse(code);
    }

    private static String cut(String text) {
        return text.length() > LONGEST_KEPT ? text.substring(0, LONGEST_KEPT) : text;
    }

    private static void preflight(Exchange exchange, Entry entry) {
        FullHttpResponse response =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.NO_CONTENT, Unpooled.EMPTY_BUFFER);
        response.headers()
                .set(HttpHeaderNames.ALLOW, entry.methods())
                .set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_METHODS, entry.method.name())
                .set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_HEADERS, "content-type, authorization, last-event-id")
                .set(HttpHeaderNames.ACCESS_CONTROL_MAX_AGE, "7200")
                .set(HttpHeaderNames.CACHE_CONTROL, "max-age=7200");
        exchange.answer(response);
    }

    private void ready(Exchange exchange) {
        if (draining.get()) {
            exchange.refuse(ErrorCode.SHUTTING_DOWN);
        } else {
            exchange.answer(HttpResponseStatus.OK, TEXT, "ready\n");
        }
    }

    /** Who is told to go is not to come back by another door: a poll that is refused has not run, and is sent again. */
    private Route whileOpen(Route route) {
        return exchange -> {
            if (draining.get()) {
                exchange.refuse(ErrorCode.SHUTTING_DOWN);
            } else {
                route.handle(exchange);
            }
        };
    }

    private void webSocket(Exchange exchange) {
        webSocket(exchange, Handshake.OURS, outcome -> {
            WebSocketLine.Asker asker = new WebSocketLine.Asker(
                    exchange.headers().get(HttpHeaderNames.ORIGIN, ""), exchange.address(), outcome.deflate());
            return new WebSocketLine(exchange.loop(), outcome.format(), asker, credentials.of(exchange));
        });
    }

    private void webSocket(
            Exchange exchange, Set<String> spoken, Function<Handshake.Outcome, ? extends ChannelHandler> line) {
        if (!Handshake.asked(exchange.headers())) {
            exchange.refuse(ErrorCode.UPGRADE_REQUIRED);
            return;
        }
        if (draining.get()) {
            exchange.refuse(ErrorCode.SHUTTING_DOWN);
            return;
        }
        Handshake.Outcome outcome =
                Handshake.answer(exchange.request(), spoken, deflates && spoken.equals(Handshake.OURS));
        @Nullable FullHttpResponse response = outcome.response();
        if (response == null || outcome.refusal() != null) {
            refused(exchange, outcome.refusal() == null ? ErrorCode.BAD_UPGRADE : outcome.refusal());
            return;
        }
        exchange.become(response, line.apply(outcome));
    }
}
