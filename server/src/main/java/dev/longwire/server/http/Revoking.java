// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.http;

import dev.longwire.core.access.Revocation;
import dev.longwire.core.access.Revocation.Kind;
import dev.longwire.core.api.SessionQuery;
import dev.longwire.core.hub.HubInput;
import dev.longwire.core.hub.Session;
import dev.longwire.protocol.CloseCode;
import dev.longwire.protocol.ErrorCode;
import dev.longwire.server.loop.Loop;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Takes tokens back: those of a user, one by its id, or a session with the token that it came with. Every loop hears of
 * it, ends what it has, and refuses such tokens from then on; so does each hub that a session on its way arrives at.
 */
final class Revoking {

    private final Admin admin;

    Revoking(Admin admin) {
        this.admin = admin;
    }

    void revoke(Exchange exchange) {
        String client = exchange.query("client");
        if (client == null) {
            Revocation revocation = SessionQuery.revocation(exchange::query, System.currentTimeMillis());
            if (revocation == null) {
                exchange.refuse(ErrorCode.BAD_REQUEST);
            } else {
                revoke(exchange, revocation, 0);
            }
            return;
        }
        long lasts = SessionQuery.lasts(exchange.query("lasts"));
        if (lasts == 0 || exchange.query("user") != null || exchange.query("jti") != null) {
            exchange.refuse(ErrorCode.BAD_REQUEST);
        } else {
            end(exchange, client, lasts);
        }
    }

    /** @param before sessions that have been ended already */
    private void revoke(Exchange exchange, Revocation revocation, int before) {
        boolean remembered = exchange.loop().loops().revoke(revocation);
        admin.gather(loop -> revoke(loop, revocation), counts -> {
            if (remembered) {
                answer(
                        exchange,
                        before + counts.stream().mapToInt(Integer::intValue).sum());
            } else {
                exchange.refuse(ErrorCode.OVERLOADED);
            }
        });
    }

    private static int revoke(Loop loop, Revocation revocation) {
        int before = loop.hub().sessionCount();
        loop.accept(new HubInput.Revoke(revocation));
        return before - loop.hub().sessionCount();
    }

    /** The session, and then its token where that has an id. */
    private void end(Exchange exchange, String client, long lasts) {
        admin.gather(loop -> end(loop, client), lists -> {
            List<String> tokens = lists.stream().flatMap(List::stream).toList();
            if (tokens.isEmpty() || tokens.get(0).isEmpty()) {
                answer(exchange, tokens.size());
            } else {
                revoke(exchange, new Revocation(Kind.TOKEN, tokens.get(0), System.currentTimeMillis(), lasts), 1);
            }
        });
    }

    /** The ids of the tokens of the sessions that were ended; empty for one without. */
    private static List<String> end(Loop loop, String client) {
        List<Session> found = new ArrayList<>();
        for (Session session : loop.hub().sessions()) {
            if (client.equals(session.client())) {
                found.add(session);
            }
        }
        found.forEach(each -> loop.accept(new HubInput.Kick(each.id(), CloseCode.REVOKED)));
        return found.stream()
                .map(each -> Objects.requireNonNullElse(each.principal().tokenId(), ""))
                .toList();
    }

    private static void answer(Exchange exchange, int closed) {
        Admin.answer(exchange, json -> json.writeNumberField("closed", closed));
    }
}
