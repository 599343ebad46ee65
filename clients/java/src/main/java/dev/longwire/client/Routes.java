// SPDX-License-Identifier: Apache-2.0
package dev.longwire.client;

import java.util.List;

/**
 * Which way to take. A way that does not come to a session, or dies young several times, is left for the next of the list;
 * while a later one is in use the first is probed, ever more seldom, and taken again when it works.
 */
final class Routes {
    /** A connection that lived shorter than this did not work: something on the way opens it, then kills it. */
    private static final long STEADY_MILLIS = 10_000;
    /** So many of those in a row are a verdict. */
    private static final int EARLY_DEATHS = 3;

    private static final long LAST_PROBE_MILLIS = 600_000;

    private final List<Via> list;
    private final long firstProbeMillis;
    private int index;
    private int deaths;
    private long probeMillis;
    private long bornAt = Alarm.NEVER;
    private long probeAt = Alarm.NEVER;

    Routes(List<Via> list, long firstProbeMillis) {
        this.list = list;
        this.firstProbeMillis = firstProbeMillis;
        this.probeMillis = firstProbeMillis;
    }

    /** Whether what breaks on this way may go on another one. */
    boolean hasOthers() {
        return list.size() > 1;
    }

    Via via() {
        return list.get(index);
    }

    /** When the first way is to be tried beside the one in use. */
    long probeAt() {
        return probeAt;
    }

    void connected(long nowMillis) {
        bornAt = nowMillis;
        if (index > 0 && list.get(0) == Via.WEBSOCKET) {
            probeAt = nowMillis + probeMillis;
        }
    }

    /** The connection is gone, as the server said or the application wanted: that tells nothing about the way. */
    void ended(long nowMillis) {
        believe(nowMillis);
        bornAt = Alarm.NEVER;
        probeAt = Alarm.NEVER;
    }

    /**
     * The connection is gone or never was, and no word of the server explains it.
     *
     * @return whether a way is to be taken now that has not just failed, so that there is nothing to wait for
     */
    boolean failed(long nowMillis) {
        boolean lived = bornAt != Alarm.NEVER;
        boolean steady = believe(nowMillis);
        ended(nowMillis);
        if (steady) {
            return false;
        }
        if (list.size() == 1 || (lived && ++deaths < EARLY_DEATHS)) {
            return false;
        }
        deaths = 0;
        index = (index + 1) % list.size();
        return index > 0;
    }

    /** Whether the connection has lived long enough, which makes what was held against its way count for nothing. */
    private boolean believe(long nowMillis) {
        boolean steady = bornAt != Alarm.NEVER && nowMillis - bornAt >= STEADY_MILLIS;
        if (steady) {
            deaths = 0;
            if (index == 0) {
                probeMillis = firstProbeMillis;
            }
        }
        return steady;
    }

    void probing() {
        probeAt = Alarm.NEVER;
        probeMillis = Math.min(probeMillis * 2, LAST_PROBE_MILLIS);
    }

    /** The answer to a probe: whether the first way is to be taken now. */
    boolean probed(boolean works, long nowMillis) {
        if (index == 0) {
            return false;
        }
        if (works) {
            ended(nowMillis);
            index = 0;
            // It has died young before: once more is enough.
            deaths = EARLY_DEATHS - 1;
        } else {
            probeAt = nowMillis + probeMillis;
        }
        return works;
    }
}
