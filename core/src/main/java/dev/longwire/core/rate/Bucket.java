// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.rate;

import dev.longwire.core.state.StateReader;
import dev.longwire.core.state.StateWriter;

/**
 * What somebody has spent of a {@link Rate}. It is counted in whole parts of a token, as many as {@code perMillis} says,
 * so that every millisecond gives back a whole number and nothing is ever rounded.
 *
 * <p>Who asks for more than there is waits: until then everything is refused, so that what comes later does not pass what
 * was refused before it, and what is given back is worth coming for.
 */
public final class Bucket {

    /** A refusal holds for so long at least; or until the bucket is as good as new, if that is sooner. */
    private static final long PAUSE_MILLIS = 250;

    /** A bucket that rests for longer is as good as new, whatever its rate. */
    private static final long REST_MILLIS = 1L << 31;

    private long spent;
    private long at;
    private long until = Long.MIN_VALUE;

    /** Takes so much if any is left; the last one may take more than there is, and whoever comes next waits for it. */
    public boolean take(Rate rate, long cost, long nowMillis) {
        if (rate.unlimited()) {
            return true;
        }
        if (nowMillis < until) {
            return false;
        }
        if (nowMillis != at) {
            refill(rate, nowMillis);
        }
        long capacity = rate.burst() * rate.perMillis();
        long over = spent + rate.perMillis() - capacity;
        if (over > 0) {
            long missing = ceil(over, rate.amount());
            long pause = Math.min(PAUSE_MILLIS, ceil(spent, rate.amount()));
            until = nowMillis + Math.max(missing, pause);
            return false;
        }
        spent += cost * rate.perMillis();
        return true;
    }

    /** Takes so much, whether it is there or not; whoever comes next waits for it. */
    void owe(Rate rate, long cost, long nowMillis) {
        refill(rate, nowMillis);
        spent += cost * rate.perMillis();
    }

    /** Takes what another one has spent, whether it is there or not; and waits as long as that one has to. */
    void add(Rate rate, Bucket other, long nowMillis) {
        refill(rate, nowMillis);
        other.refill(rate, nowMillis);
        spent += other.spent;
        until = Math.max(until, other.until);
    }

    /** How long everything is refused from now on; 0 when nothing has been. */
    public long waitMillis(long nowMillis) {
        return until > nowMillis ? until - nowMillis : 0;
    }

    /** Whether nothing is left of what was ever taken. */
    public boolean rested(Rate rate, long nowMillis) {
        refill(rate, nowMillis);
        return rate.unlimited() || spent == 0 && until <= nowMillis;
    }

    private void refill(Rate rate, long nowMillis) {
        long elapsed = Math.max(0, Math.min(nowMillis - at, REST_MILLIS));
        at = nowMillis;
        spent = Math.max(0, spent - elapsed * rate.amount());
    }

    private static long ceil(long dividend, long divisor) {
        return (dividend + divisor - 1) / divisor;
    }

    public void write(StateWriter out, Rate rate, long nowMillis) {
        if (!rate.unlimited()) {
            refill(rate, nowMillis);
        }
        out.number(spent);
        out.number(waitMillis(nowMillis));
    }

    public void read(StateReader in, long nowMillis) {
        spent = in.number();
        at = nowMillis;
        until = nowMillis + in.number();
    }
}
