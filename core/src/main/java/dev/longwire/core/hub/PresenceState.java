// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.hub;

import dev.longwire.core.deadline.Deadlines;
import dev.longwire.core.state.StateReader;
import dev.longwire.core.state.StateWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Whom a hub holds in channels, as plain values, and back; that they have entered is the sessions' own. */
final class PresenceState {

    private final Sessions sessions;
    private final Presences presences;

    PresenceState(Sessions sessions) {
        this.sessions = sessions;
        this.presences = sessions.presences();
    }

    void write(StateWriter out, long nowMillis) {
        out.number(presences.life());
        List<Presences.Held> all = presences.all();
        out.number(all.size());
        List<Membership> waiting = new ArrayList<>();
        for (Presences.Held held : all) {
            out.text(held.log);
            out.number(held.due() - nowMillis);
            out.number(held.members.size());
            for (Membership membership : held.members.values()) {
                out.text(membership.session.id);
                if (membership.deadlines() != null) {
                    waiting.add(membership);
                }
            }
        }
        waiting.sort((a, b) -> Long.compare(a.due(), b.due()));
        out.number(waiting.size());
        for (Membership membership : waiting) {
            out.text(membership.session.id);
            out.text(membership.log);
            out.number(membership.due() - nowMillis);
        }
    }

    void read(StateReader in, long nowMillis) {
        presences.restore(in.number());
        for (int left = in.count(); left > 0; left--) {
            String log = in.text();
            presences.restoreHeld(log, nowMillis + in.number());
            for (int members = in.count(); members > 0; members--) {
                Membership membership = membership(in.text(), log);
                membership.held = true;
                presences.restoreMember(membership);
            }
        }
        for (int left = in.count(); left > 0; left--) {
            Membership membership = membership(in.text(), in.text());
            Deadlines.stop(membership);
            presences.restoreGrace(membership, nowMillis + in.number());
        }
    }

    private Membership membership(String session, String log) {
        Session owner = Objects.requireNonNull(sessions.find(session));
        return Objects.requireNonNull(owner.memberships.get(log));
    }
}
