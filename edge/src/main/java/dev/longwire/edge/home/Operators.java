// SPDX-License-Identifier: Apache-2.0
package dev.longwire.edge.home;

import dev.longwire.core.access.Revocation;
import dev.longwire.core.api.SessionQuery;
import dev.longwire.core.hub.Session;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What operators mean by a query: names and values by turns, each in a line. */
final class Operators {

    private Operators() {}

    static List<Session> list(Iterable<Session> sessions, String query, int most) {
        Map<String, String> parameters = ApiCall.parameters(query);
        return SessionQuery.first(sessions, SessionQuery.wanted(parameters::get, Row::kind), most);
    }

    /** Those that are to be closed; null when it isn't said which. */
    static @Nullable List<Session> toClose(Iterable<Session> sessions, String query) {
        Predicate<Session> wanted = SessionQuery.toClose(ApiCall.parameters(query)::get);
        if (wanted == null) {
            return null;
        }
        List<Session> found = new ArrayList<>();
        for (Session session : sessions) {
            if (wanted.test(session)) {
                found.add(session);
            }
        }
        return found;
    }

    /** What is to be revoked from now on; null when that isn't said, or for how long makes no sense. */
    static @Nullable Revocation revocation(String query, long nowMillis) {
        return SessionQuery.revocation(ApiCall.parameters(query)::get, nowMillis);
    }
}
