// SPDX-License-Identifier: Apache-2.0
package dev.longwire.faults;

import dev.longwire.faults.Fault.Cut;
import dev.longwire.faults.Fault.How;
import dev.longwire.faults.Fault.Side;
import dev.longwire.faults.Fault.Where;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Faults by chance, at a steady pace, and spread evenly over everything that passes: when a cut is due, it strikes at
 * a place (carriage, direction, type of frame) that has had no more than its share so far. A place that is passed
 * once a second is cut as often as one that is passed a thousand times.
 */
public final class Schedule implements Plan {

    /** A cut that finds no place that has had too few within this time takes any. */
    private static final long PATIENCE_MILLIS = 25;

    /** Cuts that could not be made in time are made up for, but not all at once. */
    private static final long LARGEST_DEBT = 5;

    /**
     * How much goes wrong.
     *
     * @param cuts how many connections are cut in all; then there is peace
     * @param cutEveryMillis the pace of the cuts
     * @param oneSided the share of cuts that one side does not notice
     * @param halfOpen the share of cuts that nobody notices
     * @param delay the chance of a frame to be delayed
     * @param delayMillis the longest delay
     * @param duplicate the chance of a poll to be sent twice
     * @param replay the chance of a {@code connect} to arrive once more, late
     */
    public record Spec(
            int cuts,
            int cutEveryMillis,
            double oneSided,
            double halfOpen,
            double delay,
            int delayMillis,
            double duplicate,
            double replay) {

        /** Cuts at this pace, and a little of everything else but duplicates. */
        public static Spec of(int cuts, int cutEveryMillis) {
            return new Spec(cuts, cutEveryMillis, 0.1, 0.005, 0.01, 100, 0, 0.02);
        }

        /** With this chance of a poll to be sent twice. */
        public Spec duplicating(double chance) {
            return new Spec(cuts, cutEveryMillis, oneSided, halfOpen, delay, delayMillis, chance, replay);
        }
    }

    private final Random random;
    private final Spec spec;
    private final LongSupplier nowMillis;
    private final Map<String, Integer> cutsByPlace = new HashMap<>();
    private final String name;
    private long startedMillis = -1;
    private long dueSinceMillis = -1;
    private int cuts;

    private Schedule(long seed, Spec spec, LongSupplier nowMillis) {
        this.random = new Random(seed);
        this.spec = spec;
        this.nowMillis = nowMillis;
        this.name = "seed " + seed;
    }

    public static Schedule random(long seed, Spec spec) {
        return new Schedule(seed, spec, () -> System.nanoTime() / 1_000_000);
    }

    /** With a clock of the caller's: then the same things passing at the same times meet the same faults. */
    public static Schedule random(long seed, Spec spec, LongSupplier nowMillis) {
        return new Schedule(seed, spec, nowMillis);
    }

    @Override
    public @Nullable Verdict judge(Passing passing) {
        if (passing.carriage() == Carriage.BYTES || passing.frames().isEmpty()) {
            return null;
        }
        String frame = passing.frames().get(random.nextInt(passing.frames().size()));
        Fault fault = cutDue(passing, frame) ? cut() : other(passing);
        return fault == null ? null : new Verdict(fault, frame, name);
    }

    private boolean cutDue(Passing passing, String frame) {
        long now = nowMillis.getAsLong();
        if (startedMillis < 0) {
            startedMillis = now;
        }
        String place = FaultLog.place(passing.carriage(), passing.direction(), frame);
        int here = cutsByPlace.merge(place, 0, Integer::sum);
        long debt = (now - startedMillis) / spec.cutEveryMillis() - cuts;
        if (cuts >= spec.cuts() || debt < 1) {
            dueSinceMillis = now;
            return false;
        }
        if (debt > LARGEST_DEBT) {
            startedMillis = now - (cuts + LARGEST_DEBT) * spec.cutEveryMillis();
        }
        boolean had = (long) here * cutsByPlace.size() > cuts;
        boolean impatient = now - dueSinceMillis > PATIENCE_MILLIS;
        if (had && !impatient || random.nextInt(3) == 0) {
            return false;
        }
        cutsByPlace.merge(place, 1, Integer::sum);
        cuts++;
        dueSinceMillis = now;
        return true;
    }

    private Fault cut() {
        if (random.nextDouble() < spec.halfOpen()) {
            return new Fault.HalfOpen();
        }
        Where where = Where.values()[random.nextInt(Where.values().length)];
        How how = random.nextBoolean() ? How.FIN : How.RST;
        Side side = Side.BOTH;
        if (random.nextDouble() < spec.oneSided()) {
            side = random.nextBoolean() ? Side.CLIENT : Side.SERVER;
        }
        return new Cut(where, how, side);
    }

    private @Nullable Fault other(Passing passing) {
        if (cuts >= spec.cuts()) {
            return null;
        }
        boolean request = passing.direction() == Direction.UP
                && passing.carriage() == Carriage.POLL
                && passing.frames().contains("http.request");
        if (request && random.nextDouble() < spec.duplicate()) {
            // At once: a copy that comes after its answer was confirmed ends the session, as the protocol says.
            return new Fault.Duplicate(0, random.nextBoolean());
        }
        boolean connect =
                passing.direction() == Direction.UP && passing.frames().contains("connect");
        if (connect && random.nextDouble() < spec.replay()) {
            return new Fault.Replay(random.nextInt(3000));
        }
        if (random.nextDouble() < spec.delay()) {
            return new Fault.Delay(1 + random.nextInt(spec.delayMillis()));
        }
        return null;
    }
}
