// SPDX-License-Identifier: Apache-2.0
package dev.longwire.conformance;

import dev.longwire.core.Principal;
import dev.longwire.core.access.Claims;
import dev.longwire.core.hub.Carrier;
import dev.longwire.core.hub.HubInput;
import dev.longwire.core.hub.HubOutput;
import dev.longwire.protocol.ClientFrame;
import dev.longwire.protocol.ErrorCode;
import dev.longwire.protocol.ServerFrame;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Says who a client is, by rules that a transcript can rely on: the token {@code user:NAME} is that user's, the token
 * {@code bad} is nobody's, one that begins with a brace is the claims of a genuine token, everybody else is anonymous.
 * Tickets are names with the turn behind them, not secrets.
 */
final class Doorkeeper {

    private static final Claims.Rules RULES = new Claims.Rules(null, List.of(), 0);

    private int sessions;

    HubInput answer(Carrier carrier, ClientFrame.Connect connect, long wallMillis) {
        String token = connect.token();
        Principal principal = principal(token, wallMillis);
        if (principal == null) {
            return new HubInput.Denied(carrier, connect, ErrorCode.UNAUTHORIZED);
        }
        ClientFrame.Resume resume = connect.resume();
        Ticket ticket = resume == null ? null : Ticket.read(resume.session());
        long turn = resume == null ? 1 : resume.turn();
        if (turn == 0) {
            turn = ticket == null ? 1 : ticket.turn() + 1;
        }
        sessions++;
        return new HubInput.Verified(
                carrier,
                connect,
                principal,
                principal.lifeMillis(wallMillis),
                ticket == null ? null : ticket.session(),
                turn,
                new HubInput.FreshIds("s" + sessions, "c" + sessions));
    }

    HubInput answer(HubOutput.Reverify asked, long wallMillis) {
        Principal principal = principal(asked.refresh().token(), wallMillis);
        if (principal == null) {
            return new HubInput.Kept(asked.session(), asked.turn(), asked.refresh(), ErrorCode.UNAUTHORIZED);
        }
        long life = principal.lifeMillis(wallMillis);
        return new HubInput.Renewed(asked.session(), asked.turn(), asked.refresh(), principal, life);
    }

    private static @Nullable Principal principal(@Nullable String token, long wallMillis) {
        if (token != null && token.startsWith("{")) {
            return Claims.principal(token.getBytes(StandardCharsets.UTF_8), RULES, wallMillis);
        }
        if ("bad".equals(token)) {
            return null;
        }
        return token != null && token.startsWith("user:") ? Principal.ofUser(token.substring(5)) : Principal.ANONYMOUS;
    }

    /** The frame as a home sends it: with a ticket where the hub wrote the session's id. */
    ServerFrame sealed(ServerFrame frame) {
        if (!(frame instanceof ServerFrame.Connected connected)) {
            return frame;
        }
        return new ServerFrame.Connected(
                connected.id(),
                new Ticket(connected.session(), connected.turn()).text(),
                connected.client(),
                connected.resumed(),
                connected.turn(),
                connected.user(),
                connected.pingMillis(),
                connected.windowMillis(),
                connected.expiresAtMillis(),
                connected.dedupeMillis());
    }

    /** What {@code connected.session} says. */
    record Ticket(String session, long turn) {

        String text() {
            return "ticket-" + session + "-" + turn;
        }

        static @Nullable Ticket read(@Nullable String text) {
            if (text == null || !text.startsWith("ticket-")) {
                return null;
            }
            int dash = text.lastIndexOf('-');
            return new Ticket(text.substring(7, dash), Long.parseLong(text.substring(dash + 1)));
        }
    }
}
