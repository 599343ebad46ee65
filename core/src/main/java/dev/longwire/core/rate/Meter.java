// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.rate;

import dev.longwire.core.state.StateReader;
import dev.longwire.core.state.StateWriter;
import org.jspecify.annotations.Nullable;

/** What one session has brought: frames and bytes, and once more what it brought although it was refused. */
public final class Meter {

    /** What became of something that came. */
    public enum Verdict {
        TAKEN,
        /** There are too many frames. */
        FRAMES,
        /** There are too many bytes. */
        BYTES,
        /** Whoever sends this does not listen. */
        FLOOD
    }

    private final Bucket frames = new Bucket();
    private final Bucket bytes = new Bucket();

    /** What came beyond the rates; null while nothing has. */
    private @Nullable Meter beyond;

    /** Counts a frame of so many bytes. */
    public Verdict take(Rates rates, long size, long nowMillis) {
        Verdict verdict = Verdict.TAKEN;
        if (bytes.waitMillis(nowMillis) > 0) {
            verdict = Verdict.BYTES;
        } else if (!frames.take(rates.frames(), 1, nowMillis)) {
            verdict = Verdict.FRAMES;
        } else if (!bytes.take(rates.bytes(), size, nowMillis)) {
            verdict = Verdict.BYTES;
        }
        return verdict == Verdict.TAKEN || within(rates, size, nowMillis) ? verdict : Verdict.FLOOD;
    }

    private boolean within(Rates rates, long size, long nowMillis) {
        if (beyond == null) {
            beyond = new Meter();
        }
        // The two may have run empty together; what is refused for one of them costs the other nothing.
        return beyond.frames.take(rates.frames(), 1, nowMillis) && beyond.bytes.take(rates.bytes(), size, nowMillis);
    }

    /** After how long another try may help. */
    public long waitMillis(long nowMillis) {
        return Math.max(frames.waitMillis(nowMillis), bytes.waitMillis(nowMillis));
    }

    /** Counts what another one counted, as if all of it had come here. */
    public void add(Rates rates, Meter other, long nowMillis) {
        frames.add(rates.frames(), other.frames, nowMillis);
        bytes.add(rates.bytes(), other.bytes, nowMillis);
        if (other.beyond != null) {
            beyond = beyond == null ? new Meter() : beyond;
            beyond.add(rates, other.beyond, nowMillis);
        }
    }

    public void write(StateWriter out, Rates rates, long nowMillis) {
        frames.write(out, rates.frames(), nowMillis);
        bytes.write(out, rates.bytes(), nowMillis);
        out.flag(beyond != null);
        if (beyond != null) {
            beyond.write(out, rates, nowMillis);
        }
    }

    public static Meter read(StateReader in, long nowMillis) {
        Meter meter = new Meter();
        meter.frames.read(in, nowMillis);
        meter.bytes.read(in, nowMillis);
        if (in.flag()) {
            meter.beyond = read(in, nowMillis);
        }
        return meter;
    }
}
