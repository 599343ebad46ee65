// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.http;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.longwire.core.api.SessionQuery;
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
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Every session of the server: listed, filtered, paged, and closed. */
final class Registry {

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
        Predicate<Session> wanted = SessionQuery.wanted(exchange::query, Registry::kind);
        admin.gather(
                loop -> SessionQuery.first(loop.hub().sessions(), wanted, limit + 1).stream()
                        .map(Entry::of)
                        .toList(),
                lists -> {
                    List<Entry> all = lists.stream()
                            .flatMap(List::stream)
                            .sorted(Comparator.comparing(Entry::client))
                            .limit(limit + 1)
                            .toList();
                    Admin.page(exchange, "connections", all, Registry::write, Entry::client);
                });
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

    /** Closes one session, or all of a user. */
    void close(Exchange exchange) {
        Predicate<Session> wanted = SessionQuery.toClose(exchange::query);
        if (wanted == null) {
            exchange.refuse(ErrorCode.BAD_REQUEST);
            return;
        }
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
