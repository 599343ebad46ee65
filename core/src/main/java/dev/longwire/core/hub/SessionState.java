// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.hub;

import dev.longwire.core.Principal;
import dev.longwire.core.state.StateReader;
import dev.longwire.core.state.StateWriter;

/** What a session is apart from its carrier and its cursors, as values: enough to move it to another hub. */
final class SessionState {

    private SessionState() {}

    static void write(StateWriter out, Session session) {
        out.text(session.id);
        out.text(session.client);
        out.optionalText(session.principal.user());
        out.number(session.principal.expiresAtMillis());
        out.optionalText(session.agent);
        out.optionalText(session.nonce);
        out.number(session.turn);
        FrameState.write(out, session.replies);
    }

    static Session read(StateReader in, int replies) {
        String id = in.text();
        String client = in.text();
        Session session = new Session(id, client, new Principal(in.optionalText(), in.number()), replies);
        session.agent = in.optionalText();
        session.nonce = in.optionalText();
        session.turn = in.number();
        FrameState.read(in, session.replies);
        return session;
    }
}
