// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.hub;

import dev.longwire.core.Principal;
import dev.longwire.core.access.Capabilities;
import dev.longwire.core.access.Narrowing;
import dev.longwire.core.state.StateReader;
import dev.longwire.core.state.StateWriter;
import dev.longwire.protocol.Payload;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a session is apart from its carrier and its cursors, as values: enough to move it to another hub. */
final class SessionState {

    private SessionState() {}

    static void write(StateWriter out, Session session, long nowMillis) {
        out.text(session.id);
        out.text(session.client);
        writePrincipal(out, session.principal);
        out.optionalText(session.agent);
        out.optionalText(session.nonce);
        out.number(session.turn);
        FrameState.write(out, session.replies);
        out.number(session.memberships.size());
        for (Membership membership : session.memberships.values()) {
            out.text(membership.log);
            Payload data = membership.data;
            out.flag(data != null);
            if (data != null) {
                out.flag(data.binary());
                out.bytes(data.bytes());
            }
        }
        Set<String> told = session.told == null ? Set.of() : session.told;
        out.number(told.size());
        told.forEach(out::text);
        out.flag(session.lapsed);
        LaneState.write(out, session, nowMillis);
        Permit permit = session.permit;
        out.flag(permit != null);
        if (permit != null) {
            writePermit(out, permit, nowMillis);
        }
        out.number(session.added.size());
        for (Permit each : session.added) {
            writePrincipal(out, each.principal);
            writePermit(out, each, nowMillis);
        }
    }

    private static void writePermit(StateWriter out, Permit permit, long nowMillis) {
        out.number(permit.endsAt - nowMillis);
        out.number(permit.askAt - nowMillis);
        out.flag(permit.asked);
    }

    static Session read(StateReader in, int replies, long nowMillis) {
        String id = in.text();
        String client = in.text();
        Session session = new Session(id, client, readPrincipal(in), replies);
        session.agent = in.optionalText();
        session.nonce = in.optionalText();
        session.turn = in.number();
        FrameState.read(in, session.replies);
        for (int left = in.count(); left > 0; left--) {
            Membership membership = new Membership(session, in.text());
            if (in.flag()) {
                boolean binary = in.flag();
                membership.data = new Payload(in.bytes(), binary);
            }
            session.memberships.put(membership.log, membership);
        }
        for (int left = in.count(); left > 0; left--) {
            Set<String> told = session.told == null ? new LinkedHashSet<>() : session.told;
            told.add(in.text());
            session.told = told;
        }
        session.lapsed = in.flag();
        LaneState.read(in, session);
        if (in.flag()) {
            session.permit = readPermit(in, session, session.principal, nowMillis, false);
        }
        List<Permit> added = new ArrayList<>();
        for (int left = in.count(); left > 0; left--) {
            added.add(readPermit(in, session, readPrincipal(in), nowMillis, true));
        }
        session.added = added;
        return session;
    }

    private static Permit readPermit(
            StateReader in, Session session, Principal principal, long nowMillis, boolean added) {
        Permit permit = new Permit(session, principal, nowMillis + in.number(), nowMillis + in.number(), added);
        permit.asked = in.flag();
        return permit;
    }

    static void writePrincipal(StateWriter out, Principal principal) {
        out.optionalText(principal.user());
        Payload info = principal.info();
        out.flag(info != null);
        if (info != null) {
            out.bytes(info.bytes());
        }
        Map<String, Integer> masks = principal.capabilities().masks();
        out.number(masks.size());
        masks.forEach((pattern, mask) -> {
            out.text(pattern);
            out.number(mask);
        });
        Narrowing narrowing = principal.narrowing();
        out.number(narrowing.frameRate());
        out.number(narrowing.byteRate());
        out.number(narrowing.publishRate());
        out.number(narrowing.messageBytes());
        out.number(narrowing.subscriptions());
        out.number(narrowing.sessions());
        out.optionalText(principal.tokenId());
        out.number(principal.issuedAtMillis());
        out.number(principal.expiresAtMillis());
    }

    static Principal readPrincipal(StateReader in) {
        String user = in.optionalText();
        Payload info = in.flag() ? Payload.json(in.bytes()) : null;
        Map<String, Integer> masks = new LinkedHashMap<>();
        for (int left = in.count(); left > 0; left--) {
            String pattern = in.text();
            masks.put(pattern, in.count());
        }
        Narrowing narrowing = new Narrowing(in.number(), in.number(), in.number(), in.count(), in.count(), in.count());
        Capabilities capabilities = Capabilities.ofMasks(masks);
        return new Principal(user, info, capabilities, narrowing, in.optionalText(), in.number(), in.number());
    }
}
