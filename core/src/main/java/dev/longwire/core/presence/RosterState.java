// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.presence;

import dev.longwire.core.deadline.Deadlines;
import dev.longwire.core.deadline.Timed;
import dev.longwire.core.state.StateReader;
import dev.longwire.core.state.StateWriter;
import dev.longwire.protocol.Member;
import dev.longwire.protocol.Payload;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A roster as plain values, and back. */
final class RosterState {

    /** A time-out that was under way. */
    record Due(Timed timed, long length, long at) {}

    private final Roster roster;

    RosterState(Roster roster) {
        this.roster = roster;
    }

    void write(StateWriter out, long nowMillis) {
        writeDue(out, roster, nowMillis);
        List<Lease> leases = new ArrayList<>();
        roster.leases().forEach(leases::add);
        out.number(leases.size());
        for (Lease lease : leases) {
            out.number(lease.hub);
            out.number(lease.life);
            writeDue(out, lease, nowMillis);
        }
        out.number(roster.size());
        for (Attendee member : roster.members()) {
            out.text(member.key);
            out.optionalText(member.user);
            out.optionalText(member.client);
            Member shown = member.shown;
            out.flag(shown != null);
            if (shown != null) {
                payload(out, shown.info());
                payload(out, shown.data());
                out.number(shown.version());
            }
            out.number(member.holdings.size());
            for (Holding holding : member.holdings) {
                out.text(holding.client);
                out.number(holding.turn);
                out.number(leases.indexOf(holding.lease));
                payload(out, holding.info);
                payload(out, holding.data);
                out.number(holding.said);
                writeDue(out, holding, nowMillis);
            }
        }
    }

    private static void writeDue(StateWriter out, Timed timed, long nowMillis) {
        Deadlines list = timed.deadlines();
        out.flag(list != null);
        if (list != null) {
            out.number(list.delayMillis());
            out.number(timed.due() - nowMillis);
        }
    }

    void read(StateReader in, long nowMillis, List<Due> dues) {
        readDue(in, roster, nowMillis, dues);
        List<Lease> leases = new ArrayList<>();
        for (int left = in.count(); left > 0; left--) {
            int hub = in.count();
            Lease lease = roster.restoreLease(new Roster.Place(hub, in.number()));
            readDue(in, lease, nowMillis, dues);
            leases.add(lease);
        }
        for (int left = in.count(); left > 0; left--) {
            String key = in.text();
            String user = in.optionalText();
            Attendee member = new Attendee(roster, key, user, in.optionalText());
            if (in.flag()) {
                Payload info = payload(in);
                Payload data = payload(in);
                member.shown = new Member(member.user, member.client, info, data, in.number());
            }
            for (int holdings = in.count(); holdings > 0; holdings--) {
                String client = in.text();
                long turn = in.number();
                Holding holding = new Holding(member, client, turn, leases.get(in.count()));
                holding.info = payload(in);
                holding.data = payload(in);
                holding.said = in.number();
                member.holdings.add(holding);
                if (readDue(in, holding, nowMillis, dues)) {
                    holding.lease.loose++;
                } else {
                    holding.lease.holdings++;
                }
            }
            roster.restore(member);
        }
    }

    private static boolean readDue(StateReader in, Timed timed, long nowMillis, List<Due> dues) {
        if (!in.flag()) {
            return false;
        }
        long length = in.number();
        return dues.add(new Due(timed, length, nowMillis + in.number()));
    }

    private static void payload(StateWriter out, @Nullable Payload payload) {
        out.flag(payload != null);
        if (payload != null) {
            out.flag(payload.binary());
            out.bytes(payload.bytes());
        }
    }

    private static @Nullable Payload payload(StateReader in) {
        if (!in.flag()) {
            return null;
        }
        boolean binary = in.flag();
        return new Payload(in.bytes(), binary);
    }
}
