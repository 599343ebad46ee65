// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.hub;

import dev.longwire.core.Principal;
import dev.longwire.core.access.Capabilities;
import dev.longwire.core.state.StateReader;
import dev.longwire.core.state.StateWriter;
import dev.longwire.protocol.Payload;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a session is apart from its carrier and its cursors, as values: enough to move it to another hub. */
final class SessionState {

    private SessionState() {}

    static void write(StateWriter out, Session session) {
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
    }

    static Session read(StateReader in, int replies) {
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
        return session;
    }

    private static void writePrincipal(StateWriter out, Principal principal) {
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
        out.optionalText(principal.tokenId());
        out.number(principal.expiresAtMillis());
    }

    private static Principal readPrincipal(StateReader in) {
        String user = in.optionalText();
        Payload info = in.flag() ? Payload.json(in.bytes()) : null;
        Map<String, Integer> masks = new LinkedHashMap<>();
        for (int left = in.count(); left > 0; left--) {
            String pattern = in.text();
            masks.put(pattern, in.count());
        }
        return new Principal(user, info, Capabilities.ofMasks(masks), in.optionalText(), in.number());
    }
}
