// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.http;

import dev.longwire.core.event.Event;
import dev.longwire.core.event.EventType;
import dev.longwire.protocol.ErrorCode;
import dev.longwire.server.event.Journal;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** {@code GET /v1/admin/events}: what happens in the server, as an event stream; {@code docs/events.md}. */
final class Feed implements Router.Route {

    private final Journal journal;
    private final Set<FeedLine> lines = ConcurrentHashMap.newKeySet();

    Feed(Journal journal) {
        this.journal = journal;
    }

    /**
     * Which events are shown.
     *
     * @param channel null for any; {@code chat:*} for all that begin with what is before the star
     * @param user null for any
     * @param client null for any
     */
    record Filter(
            Set<EventType> types,
            @Nullable String channel,
            @Nullable String user,
            @Nullable String client) {

        boolean passes(Event event) {
            return types.contains(event.type()) && channelPasses(event) && userPasses(event) && clientPasses(event);
        }

        private boolean channelPasses(Event event) {
            if (channel == null) {
                return true;
            }
            String name = event.channel();
            return name != null
                    && (channel.endsWith("*")
                            ? name.startsWith(channel.substring(0, channel.length() - 1))
                            : name.equals(channel));
        }

        private boolean userPasses(Event event) {
            return user == null || user.equals(event.user());
        }

        private boolean clientPasses(Event event) {
            return client == null || client.equals(event.client());
        }
    }

    @Override
    public void handle(Exchange exchange) {
        Set<EventType> types = types(exchange.query("types"));
        if (types == null) {
            exchange.refuse(ErrorCode.INVALID_FIELD, "types");
            return;
        }
        Long after = after(exchange);
        if (after == null) {
            exchange.refuse(ErrorCode.INVALID_FIELD, "after");
            return;
        }
        if (exchange.method().equals(HttpMethod.HEAD)) {
            exchange.answer(HttpResponseStatus.OK, "text/event-stream", "");
            return;
        }
        Filter filter = new Filter(types, exchange.query("channel"), exchange.query("user"), exchange.query("client"));
        FeedLine line = new FeedLine(exchange, journal, filter, after, lines::remove);
        lines.add(line);
        line.start();
    }

    /** The server goes: whoever watches is told all that there is. */
    void end() {
        lines.forEach(FeedLine::end);
    }

    /** All but messages, unless they are named; a name may end with a star. Null when there is no such type. */
    private static @Nullable Set<EventType> types(@Nullable String list) {
        EnumSet<EventType> types = EnumSet.noneOf(EventType.class);
        if (list == null) {
            types.addAll(EnumSet.allOf(EventType.class));
            types.remove(EventType.MESSAGE_PUBLISHED);
            return types;
        }
        for (String name : list.split(",", -1)) {
            int before = types.size();
            for (EventType each : EventType.values()) {
                boolean named = name.endsWith("*")
                        ? each.label().startsWith(name.substring(0, name.length() - 1))
                        : each.label().equals(name);
                if (named) {
                    types.add(each);
                }
            }
            if (types.size() == before) {
                return null;
            }
        }
        return types;
    }

    /** From where: a position of this server's life; the oldest that there is for one of another; null for nonsense. */
    private @Nullable Long after(Exchange exchange) {
        String asked = exchange.headers().get("Last-Event-ID");
        if (asked == null) {
            asked = exchange.query("after");
        }
        if (asked == null) {
            return journal.head();
        }
        int colon = asked.indexOf(':');
        if (colon >= 0 && !asked.substring(0, colon).equals(journal.boot())) {
            return journal.tail();
        }
        String digits = asked.substring(colon + 1);
        return digits.matches("[0-9]{1,18}") ? Long.valueOf(digits) : null;
    }
}
