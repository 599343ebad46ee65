// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.http;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.longwire.core.access.Assignments;
import dev.longwire.core.hub.HubInput;
import dev.longwire.core.hub.Session;
import dev.longwire.protocol.ErrorCode;
import dev.longwire.server.loop.Loop;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Who is connected, and what each follows: pages over all loops, in the order of names, which stays whoever comes and goes. */
final class Users {

    private final Admin admin;

    Users(Admin admin) {
        this.admin = admin;
    }

    void list(Exchange exchange) {
        int limit = Admin.limit(exchange);
        String prefix = Objects.requireNonNullElse(exchange.query("prefix"), "");
        String after = Objects.requireNonNullElse(exchange.query("cursor"), "");
        admin.gather(loop -> first(loop, prefix, after, limit + 1), maps -> {
            TreeMap<String, Integer> all = new TreeMap<>();
            maps.forEach(map -> map.forEach((user, sessions) -> all.merge(user, sessions, Integer::sum)));
            List<Map.Entry<String, Integer>> found = List.copyOf(all.entrySet());
            Admin.page(exchange, "users", found, Users::write, Map.Entry::getKey);
        });
    }

    private static void write(JsonGenerator json, Map.Entry<String, Integer> user) throws IOException {
        json.writeStringField("user", user.getKey());
        json.writeNumberField("sessions", user.getValue());
    }

    private static void write(JsonGenerator json, Place place) throws IOException {
        json.writeStringField("client", place.client);
        json.writeStringField("user", place.user);
        json.writeStringField("channel", place.cursor.channel());
        json.writeStringField("epoch", place.cursor.at().epoch());
        json.writeNumberField("offset", place.cursor.at().offset());
        json.writeNumberField("lag", place.cursor.lag());
        json.writeBooleanField("assigned", place.cursor.assigned());
    }

    /** The first so many by name, and how many sessions each has here; never more are held than asked for. */
    private static Map<String, Integer> first(Loop loop, String prefix, String after, int count) {
        TreeMap<String, Integer> kept = new TreeMap<>();
        for (Session session : loop.hub().sessions()) {
            String user = session.principal().user();
            if (user != null && user.startsWith(prefix) && user.compareTo(after) > 0) {
                kept.merge(user, 1, Integer::sum);
                if (kept.size() > count) {
                    kept.pollLastEntry();
                }
            }
        }
        return kept;
    }

    private record Place(String client, @Nullable String user, Session.Cursor cursor) {
        String key() {
            return client + " " + cursor.channel();
        }
    }

    /** What a session, or each of a user's, is subscribed to, and up to where it has been served. */
    void subscriptions(Exchange exchange) {
        String client = exchange.query("client");
        String user = exchange.query("user");
        if ((client == null) == (user == null)) {
            exchange.refuse(ErrorCode.BAD_REQUEST);
            return;
        }
        int limit = Admin.limit(exchange);
        String after = Objects.requireNonNullElse(exchange.query("cursor"), "");
        admin.gather(loop -> places(loop, client, user), lists -> {
            List<Place> all = lists.stream()
                    .flatMap(List::stream)
                    .filter(each -> each.key().compareTo(after) > 0)
                    .sorted(Comparator.comparing(Place::key))
                    .limit(limit + 1L)
                    .toList();
            Admin.page(exchange, "subscriptions", all, Users::write, Place::key);
        });
    }

    /** Subscribes a user to a channel, wherever they are connected and will be. */
    void subscribe(Exchange exchange) {
        assign(exchange, true);
    }

    /** Ends a user's subscriptions to a channel. */
    void unsubscribe(Exchange exchange) {
        assign(exchange, false);
    }

    private static void assign(Exchange exchange, boolean begins) {
        String user = exchange.query("user");
        String channel = exchange.query("channel");
        if (user == null || user.isEmpty()) {
            exchange.refuse(ErrorCode.MISSING_FIELD, "user");
        } else if (channel == null) {
            exchange.refuse(ErrorCode.MISSING_FIELD, "channel");
        } else if (!Assignments.possible(user, channel)) {
            exchange.refuse(ErrorCode.BAD_CHANNEL, "channel");
        } else {
            boolean room = exchange.loop()
                    .loops()
                    .assign(
                            new HubInput.Assign(user, channel, begins),
                            sessions -> Admin.answer(exchange, json -> json.writeNumberField("sessions", sessions)));
            if (!room) {
                exchange.refuse(ErrorCode.OVERLOADED);
            }
        }
    }

    private static List<Place> places(Loop loop, @Nullable String client, @Nullable String user) {
        List<Place> found = new ArrayList<>();
        for (Session session : loop.hub().sessions()) {
            boolean wanted = client != null
                    ? client.equals(session.client())
                    : Objects.equals(user, session.principal().user());
            if (wanted) {
                session.cursors()
                        .forEach(each -> found.add(
                                new Place(session.client(), session.principal().user(), each)));
            }
        }
        return found;
    }
}
