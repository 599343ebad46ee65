// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.presence;

import dev.longwire.core.deadline.Deadlines;
import dev.longwire.core.deadline.Spans;
import dev.longwire.core.deadline.Timed;
import dev.longwire.core.state.StateReader;
import dev.longwire.core.state.StateWriter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The rosters of one owner: which have something to tell, and what becomes due in them. */
public final class Attendance {

    private final ArrayDeque<Roster> queue = new ArrayDeque<>();
    private final Spans spans = new Spans();

    /** A roster without anybody. */
    public Roster roster(String name, PresenceSettings settings) {
        return new Roster(name, settings, this);
    }

    void queue(Roster roster) {
        if (!roster.queued && roster.deadlines() == null) {
            roster.queued = true;
            queue.add(roster);
        }
    }

    void renew(Lease lease, long nowMillis) {
        spans.start(lease, lease.roster.settings().leaseMillis(), nowMillis);
    }

    void loosen(Holding holding, long lateMillis, long nowMillis) {
        spans.start(holding, lateMillis, nowMillis);
    }

    /** The next roster that has something to tell now, or null. It is to be told in full, and then {@link #told}. */
    public @Nullable Roster next() {
        for (Roster roster = queue.poll(); roster != null; roster = queue.poll()) {
            roster.queued = false;
            if (roster.hasNews()) {
                return roster;
            }
        }
        return null;
    }

    /** Its observers know everything; those of a big channel are left in peace for a while. */
    public void told(Roster roster, long nowMillis) {
        if (roster.big()) {
            spans.start(roster, roster.settings().batchMillis(), nowMillis);
        }
    }

    public long wakeAt() {
        return spans.next();
    }

    public void tick(long nowMillis) {
        for (Timed due = spans.expired(nowMillis); due != null; due = spans.expired(nowMillis)) {
            switch (due) {
                case Lease lease -> lease.roster.expire(lease);
                case Holding holding -> holding.member.roster.drop(holding);
                case Roster roster -> {
                    Deadlines.stop(roster);
                    if (roster.hasNews()) {
                        queue(roster);
                    }
                }
                default -> throw new IllegalStateException("nothing of presence");
            }
        }
    }

    /** Whether something is to be told. */
    public boolean hasNews() {
        return !queue.isEmpty();
    }

    public void write(StateWriter out, Roster roster, long nowMillis) {
        roster.write(out, nowMillis);
    }

    /** Reads rosters back, one after another, and then starts what was due in them in its order. */
    public final class Reading {

        private final List<RosterState.Due> dues = new ArrayList<>();

        public void read(StateReader in, Roster roster, long nowMillis) {
            roster.read(in, nowMillis, dues);
            if (roster.hasNews()) {
                dues.add(new RosterState.Due(roster, 0, Long.MIN_VALUE));
            }
        }

        public void end() {
            dues.sort((a, b) -> Long.compare(a.at(), b.at()));
            for (RosterState.Due due : dues) {
                if (due.at() != Long.MIN_VALUE) {
                    spans.startAt(due.timed(), due.length(), due.at());
                }
            }
            for (RosterState.Due due : dues) {
                if (due.at() == Long.MIN_VALUE) {
                    queue((Roster) due.timed());
                }
            }
        }
    }
}
