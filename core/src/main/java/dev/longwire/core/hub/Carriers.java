// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.hub;

import dev.longwire.core.Limits;
import dev.longwire.core.deadline.Deadlines;
import dev.longwire.core.deadline.Timed;
import dev.longwire.protocol.CloseCode;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The open carriers and whether their peers are alive. A carrier is <i>fresh</i> until its first connect, then
 * <i>heard</i> of; after a silence it is <i>probed</i>, and after a longer one it is taken for dead.
 */
final class Carriers {

    private final Outbox outbox;
    private final Map<Long, Carrier> open = new LinkedHashMap<>();
    private final Deadlines fresh;
    private final Deadlines heard;
    private final Deadlines probed;

    Carriers(Limits limits, Outbox outbox) {
        this.outbox = outbox;
        this.fresh = new Deadlines(limits.firstFrameMillis());
        this.heard = new Deadlines(limits.pingMillis());
        this.probed = new Deadlines(limits.pongMillis());
    }

    Iterable<Carrier> all() {
        return open.values();
    }

    int size() {
        return open.size();
    }

    void opened(Carrier carrier, long nowMillis) {
        open.put(carrier.id(), carrier);
        fresh.start(carrier, nowMillis);
    }

    /** The first frame has come: from here on silence counts, not the deadline. */
    void connected(Carrier carrier, long nowMillis) {
        heard.start(carrier, nowMillis);
    }

    void heard(Carrier carrier, long nowMillis) {
        Deadlines list = carrier.deadlines();
        if (list == heard || list == probed) {
            heard.start(carrier, nowMillis);
        }
    }

    /** Forgets a carrier; nothing is sent to it after this. */
    void forget(Carrier carrier) {
        carrier.closed = true;
        carrier.pending = null;
        Deadlines.stop(carrier);
        open.remove(carrier.id());
    }

    /** What a tick does to carriers whose session has to be parked first. */
    interface Loss {
        void lost(Carrier carrier, CloseCode code, long nowMillis);
    }

    void tick(long nowMillis, Loss loss) {
        for (Timed due = fresh.expired(nowMillis); due != null; due = fresh.expired(nowMillis)) {
            loss.lost((Carrier) due, CloseCode.CONNECT_TIMEOUT, nowMillis);
        }
        for (Timed due = heard.expired(nowMillis); due != null; due = heard.expired(nowMillis)) {
            Carrier carrier = (Carrier) due;
            probed.start(carrier, due.due());
            outbox.add(new HubOutput.Probe(carrier));
        }
        for (Timed due = probed.expired(nowMillis); due != null; due = probed.expired(nowMillis)) {
            loss.lost((Carrier) due, CloseCode.SILENT, nowMillis);
        }
    }

    long wakeAt() {
        return Math.min(fresh.next(), Math.min(heard.next(), probed.next()));
    }

    /** The lists in a fixed order, for writing out. */
    Deadlines[] lists() {
        return new Deadlines[] {fresh, heard, probed};
    }

    void restore(Carrier carrier) {
        open.put(carrier.id(), carrier);
    }
}
