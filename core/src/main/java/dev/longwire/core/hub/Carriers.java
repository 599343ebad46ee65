// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.hub;

import dev.longwire.core.Limits;
import dev.longwire.core.deadline.Deadlines;
import dev.longwire.core.deadline.Timed;
import dev.longwire.protocol.CloseCode;
import dev.longwire.protocol.Poll;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The open carriers and whether their peers are alive. A carrier is <i>fresh</i> until its first connect, then
 * <i>heard</i> of; after a silence it is <i>probed</i>, and after a longer one it is taken for dead.
 */
final class Carriers {

    /** Lengths for which polls are held: the longest, half of it, a quarter, and so on. */
    private static final int HOLDS = 8;

    private final Outbox outbox;
    private final Map<Long, Carrier> open = new LinkedHashMap<>();
    private final Deadlines fresh;
    private final Deadlines heard;
    private final Deadlines probed;
    private final Deadlines[] holds;

    Carriers(Limits limits, Outbox outbox) {
        this.outbox = outbox;
        this.fresh = new Deadlines(limits.firstFrameMillis());
        this.heard = new Deadlines(limits.pingMillis());
        this.probed = new Deadlines(limits.pongMillis());
        this.holds = new Deadlines[HOLDS];
        for (int i = 0; i < HOLDS; i++) {
            holds[i] = new Deadlines(Math.max(1, limits.pollWaitMillis() >> i));
        }
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

    /**
     * Holds a poll for at most as long as its client wants to wait. One that is held already, because it came early,
     * goes on waiting.
     *
     * @return false when that is no time at all
     */
    boolean hold(Carrier carrier, long waitMillis, long nowMillis) {
        if (open.put(carrier.id(), carrier) != null && carrier.deadlines() != null) {
            return waitMillis == Poll.DEFAULT_WAIT || waitMillis >= holds[HOLDS - 1].delayMillis();
        }
        for (Deadlines list : holds) {
            if (waitMillis == Poll.DEFAULT_WAIT || list.delayMillis() <= waitMillis) {
                list.start(carrier, nowMillis);
                return true;
            }
        }
        holds[HOLDS - 1].start(carrier, nowMillis);
        return false;
    }

    /** The next poll that has waited long enough, or null. */
    @Nullable
    Carrier waited(long nowMillis) {
        for (Deadlines list : holds) {
            Timed due = list.expired(nowMillis);
            if (due != null) {
                return (Carrier) due;
            }
        }
        return null;
    }

    /** The first frame has come, and somebody else takes their time with it. */
    void waits(Carrier carrier) {
        if (carrier.deadlines() == fresh) {
            Deadlines.stop(carrier);
        }
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
        long next = Deadlines.NEVER;
        for (Deadlines list : lists()) {
            next = Math.min(next, list.next());
        }
        return next;
    }

    /** The lists in a fixed order, for writing out. */
    Deadlines[] lists() {
        Deadlines[] lists = new Deadlines[3 + HOLDS];
        lists[0] = fresh;
        lists[1] = heard;
        lists[2] = probed;
        System.arraycopy(holds, 0, lists, 3, HOLDS);
        return lists;
    }

    void restore(Carrier carrier) {
        open.put(carrier.id(), carrier);
    }
}
