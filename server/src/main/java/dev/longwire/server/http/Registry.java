// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.http;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.longwire.core.hub.HubInput;
import dev.longwire.core.hub.Session;
import dev.longwire.protocol.CloseCode;
import dev.longwire.protocol.ErrorCode;
import dev.longwire.server.connection.Connection;
import dev.longwire.server.loop.Line;
import dev.longwire.server.loop.Loop;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Every session of the server: listed, filtered, paged, and closed. */
final class Registry {

    /** Whose turn it is on a page: public ids are compared, which stay what they are whoever comes and goes meanwhile. */
    private static final Comparator<Session> BY_CLIENT = Comparator.comparing(Session::client);

    private final Admin admin;

    Registry(Admin admin) {
        this.admin = admin;
    }

    private record Times(long connectedAtMillis, long lastActiveMillis) {
        static Times of(Connection connection) {
            return new Times(connection.openedAtMillis(), connection.heardAtMillis());
        }
    }

    private record Entry(
            String client,
            @Nullable String user,
            @Nullable String agent,
            @Nullable String token,
            long expiresAtMillis,
            String carrier,
            String address,
            @Nullable Times times,
            int subscriptions,
            long lag,
            long bytesHeld) {

        static Entry of(Session session) {
            Line line = Admin.line(session);
            return new Entry(
                    session.client(),
                    session.principal().user(),
                    session.agent(),
                    session.principal().tokenId(),
                    session.principal().expiresAtMillis(),
                    kind(session),
                    line == null ? "" : line.address(),
                    line instanceof Connection open ? Times.of(open) : null,
                    session.subscriptionCount(),
                    session.lag(),
                    line == null ? 0 : line.unsentBytes());
        }
    }

    private static String kind(Session session) {
        Line line = Admin.line(session);
        return line == null ? "none" : line.kind();
    }

    void list(Exchange exchange) {
        int limit = Admin.limit(exchange);
        String after = exchange.query("cursor");
        Predicate<Session> wanted =
                filter(exchange).and(each -> after == null || each.client().compareTo(after) > 0);
        admin.gather(loop -> first(loop, wanted, limit + 1), lists -> {
            List<Entry> all = lists.stream()
                    .flatMap(List::stream)
                    .sorted(Comparator.comparing(Entry::client))
                    .limit(limit + 1)
                    .toList();
            Admin.page(exchange, "connections", all, Registry::write, Entry::client);
        });
    }

    private static Predicate<Session> filter(Exchange exchange) {
        String user = exchange.query("user");
        String client = exchange.query("client");
        String carrier = exchange.query("carrier");
        String channel = exchange.query("channel");
        String token = exchange.query("jti");
        return session -> (user == null || user.equals(session.principal().user()))
                && (token == null || token.equals(session.principal().tokenId()))
                && (client == null || client.equals(session.client()))
                && (carrier == null || carrier.equals(kind(session)))
                && (channel == null || session.subscribedTo(channel));
    }

    /** The first so many by public id; never more are held than asked for. */
    private static List<Entry> first(Loop loop, Predicate<Session> wanted, int count) {
        PriorityQueue<Session> kept = new PriorityQueue<>(BY_CLIENT.reversed());
        for (Session session : loop.hub().sessions()) {
            if (wanted.test(session)) {
                kept.add(session);
                if (kept.size() > count) {
                    kept.remove();
                }
            }
        }
        return kept.stream().map(Entry::of).toList();
    }

    private static void write(JsonGenerator json, Entry entry) throws IOException {
        json.writeStringField("client", entry.client);
        json.writeStringField("user", entry.user);
        json.writeStringField("agent", entry.agent);
        json.writeStringField("token", entry.token);
        if (entry.expiresAtMillis > 0) {
            json.writeNumberField("expires", entry.expiresAtMillis);
        }
        json.writeStringField("carrier", entry.carrier);
        json.writeStringField("address", entry.address);
        if (entry.times != null) {
            json.writeNumberField("connected_at", entry.times.connectedAtMillis);
            json.writeNumberField("last_active", entry.times.lastActiveMillis);
        }
        json.writeNumberField("subscriptions", entry.subscriptions);
        json.writeNumberField("lag", entry.lag);
        json.writeNumberField("bytes_held", entry.bytesHeld);
    }

    /** Closes one session, or all of a user: whoever asks for neither, or for both, has made a mistake that costs much. */
    void close(Exchange exchange) {
        String client = exchange.query("client");
        String user = exchange.query("user");
        if ((client == null) == (user == null)) {
            exchange.refuse(ErrorCode.BAD_REQUEST);
            return;
        }
        Predicate<Session> wanted = client != null
                ? session -> client.equals(session.client())
                : session -> user != null && user.equals(session.principal().user());
        admin.gather(
                loop -> close(loop, wanted),
                counts -> Admin.answer(
                        exchange,
                        json -> json.writeNumberField(
                                "closed",
                                counts.stream().mapToInt(Integer::intValue).sum())));
    }

    private static int close(Loop loop, Predicate<Session> wanted) {
        List<String> found = new ArrayList<>();
        for (Session session : loop.hub().sessions()) {
            if (wanted.test(session)) {
                found.add(session.id());
            }
        }
        found.forEach(id -> loop.accept(new HubInput.Kick(id, CloseCode.KICKED)));
        return found.size();
    }
}
