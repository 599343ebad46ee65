// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.api;

import dev.longwire.core.access.Revocation;
import dev.longwire.core.access.Revocation.Kind;
import dev.longwire.core.hub.Session;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Which sessions an operator means. A query gives a parameter of the request, or null. */
public final class SessionQuery {

    private static final long DAY_MILLIS = 86_400_000;
    private static final long MOST_MILLIS = 31 * DAY_MILLIS;
    private static final int MOST_DIGITS = 12;

    /** Whose turn it is on a page: public ids are compared, which stay what they are whoever comes and goes meanwhile. */
    private static final Comparator<Session> BY_CLIENT = Comparator.comparing(Session::client);

    private SessionQuery() {}

    /**
     * Those that a list is to have.
     *
     * @param carrier names the kind of carrier that a session has
     */
    public static Predicate<Session> wanted(
            Function<String, @Nullable String> query, Function<Session, String> carrier) {
        String user = query.apply("user");
        String client = query.apply("client");
        String kind = query.apply("carrier");
        String channel = query.apply("channel");
        String token = query.apply("jti");
        String after = query.apply("cursor");
        return session -> (user == null || user.equals(session.principal().user()))
                && (token == null || token.equals(session.principal().tokenId()))
                && (client == null || client.equals(session.client()))
                && (kind == null || kind.equals(carrier.apply(session)))
                && (channel == null || session.subscribedTo(channel))
                && (after == null || session.client().compareTo(after) > 0);
    }

    /** The first so many by public id; never more are held than asked for. */
    public static List<Session> first(Iterable<Session> sessions, Predicate<Session> wanted, int count) {
        PriorityQueue<Session> kept = new PriorityQueue<>(BY_CLIENT.reversed());
        for (Session session : sessions) {
            if (wanted.test(session)) {
                kept.add(session);
                if (kept.size() > count) {
                    kept.remove();
                }
            }
        }
        List<Session> first = new ArrayList<>(kept);
        first.sort(BY_CLIENT);
        return first;
    }

    /** One session, or all of a user: whoever names neither, or both, has made a mistake that costs much, and gets null. */
    public static @Nullable Predicate<Session> toClose(Function<String, @Nullable String> query) {
        String client = query.apply("client");
        String user = query.apply("user");
        if (client != null) {
            return user == null ? session -> client.equals(session.client()) : null;
        }
        return user == null ? null : session -> user.equals(session.principal().user());
    }

    /** How long a revocation is remembered, in ms; 0 for what makes no sense. */
    public static long lasts(@Nullable String text) {
        if (text == null) {
            return DAY_MILLIS;
        }
        boolean number = !text.isEmpty() && text.length() <= MOST_DIGITS && BackendRequest.digits(text);
        long millis = number ? Long.parseLong(text) : 0;
        return millis <= MOST_MILLIS ? millis : 0;
    }

    /** What is revoked from now on, a user or a token; null when it isn't said which one, or for how long makes no sense. */
    public static @Nullable Revocation revocation(Function<String, @Nullable String> query, long nowMillis) {
        String user = query.apply("user");
        String token = query.apply("jti");
        long lasts = lasts(query.apply("lasts"));
        if (lasts == 0) {
            return null;
        }
        if (user != null) {
            return token == null ? new Revocation(Kind.USER, user, nowMillis, lasts) : null;
        }
        return token == null ? null : new Revocation(Kind.TOKEN, token, nowMillis, lasts);
    }
}
