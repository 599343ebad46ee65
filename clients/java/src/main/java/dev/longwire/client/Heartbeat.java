// SPDX-License-Identifier: Apache-2.0
package dev.longwire.client;

/** Whether the peer lives: it is asked after a silence of our own, and believed dead after a longer one of its. */
final class Heartbeat {
    /** What is to be done now. */
    enum Verdict {
        NOTHING,
        PING,
        DEAD
    }

    /** How much longer than its ping interval a peer may be silent. */
    private static final long GRACE_MILLIS = 8_000;
    /** An alarm that rings later than this was held up with the whole process: the silence may be our own. */
    private static final long LATE_MILLIS = 3_000;
    /** What took so long to be sent was waiting for the peer to take something before it. */
    private static final long SLOW_SEND_MILLIS = 1_000;

    private long pingMillis;
    private long sentAt;
    private long heardAt;
    private boolean paused;
    /** An alarm came late, and the peer has not been heard since. */
    private boolean doubted;

    /** From here on it watches. */
    void start(long newPingMillis, long nowMillis) {
        pingMillis = newPingMillis;
        sentAt = nowMillis;
        heard(nowMillis);
    }

    void sent(long nowMillis) {
        sentAt = nowMillis;
    }

    void heard(long nowMillis) {
        heardAt = nowMillis;
        doubted = false;
    }

    /** What was being sent is with the operating system. */
    void taken(long nowMillis) {
        if (nowMillis - sentAt >= SLOW_SEND_MILLIS) {
            heard(nowMillis);
        }
    }

    /** We do not read, and so can't know. */
    void pause() {
        paused = true;
    }

    void resume(long nowMillis) {
        paused = false;
        heard(nowMillis);
    }

    long wakeAt() {
        return pingMillis == 0 ? Alarm.NEVER : Math.min(sentAt + pingMillis, deadAt());
    }

    private long deadAt() {
        return paused ? Alarm.NEVER : heardAt + pingMillis + GRACE_MILLIS;
    }

    Verdict check(long nowMillis) {
        long wakeAt = wakeAt();
        if (nowMillis < wakeAt) {
            return Verdict.NOTHING;
        }
        if (nowMillis >= deadAt()) {
            // After a sleep it is asked first; but once, for an alarm may be late again.
            if (doubted || nowMillis - wakeAt <= LATE_MILLIS) {
                return Verdict.DEAD;
            }
            heardAt = nowMillis - pingMillis;
            doubted = true;
        }
        sentAt = nowMillis;
        return Verdict.PING;
    }
}
