// SPDX-License-Identifier: Apache-2.0
package dev.longwire.faults;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * When a fault strikes. It does so at the {@code nth} matching frame of a connection, once per connection or again and
 * again, and no more than {@code times} in all.
 *
 * @param name how the log calls it
 * @param direction null for both
 * @param carriage null for all
 * @param frame a type as {@link Passing#frames} has it; {@code *} for all
 * @param connection the only connection meant; 0 for all
 * @param nth which of a connection's matching frames, from 1
 * @param repeat whether every {@code nth} one is meant
 * @param times how often at most, over all connections; 0 for no limit
 */
public record Rule(
        String name,
        @Nullable Direction direction,
        @Nullable Carriage carriage,
        String frame,
        int connection,
        int nth,
        boolean repeat,
        int times,
        Fault fault) {

    public Rule {
        Objects.requireNonNull(fault, "fault");
        if (nth < 1 || times < 0 || connection < 0) {
            throw new IllegalArgumentException("nth counts from 1; times and connection from 0");
        }
    }

    /** Begins a rule about the first frame of a type on one connection. */
    public static When on(Direction direction, String frame) {
        return new When(direction, null, frame, 0, 1, false, 1);
    }

    /** Begins a rule about every request to become a WebSocket. */
    public static When onUpgrade() {
        return new When(Direction.UP, null, "http.upgrade", 0, 1, false, 0);
    }

    boolean matches(Passing passing, String type) {
        return (frame.equals("*") || frame.equals(type))
                && (direction == null || direction == passing.direction())
                && (carriage == null || carriage == passing.carriage())
                && (connection == 0 || connection == passing.connection());
    }

    /** A rule that lacks its fault. */
    public record When(
            @Nullable Direction direction,
            @Nullable Carriage carriage,
            String frame,
            int connection,
            int nth,
            boolean repeat,
            int times) {

        /** The n-th frame of a connection instead of the first. */
        public When nth(int value) {
            return new When(direction, carriage, frame, connection, value, repeat, times);
        }

        /** Every n-th frame, on every connection. */
        public When every(int value) {
            return new When(direction, carriage, frame, connection, value, true, 0);
        }

        /** Only where it travels so. */
        public When over(Carriage value) {
            return new When(direction, value, frame, connection, nth, repeat, times);
        }

        /** Only on this connection. */
        public When connection(int value) {
            return new When(direction, carriage, frame, value, nth, repeat, times);
        }

        /** So often in all; 0 for no limit. */
        public When times(int value) {
            return new When(direction, carriage, frame, connection, nth, repeat, value);
        }

        public Rule then(Fault fault) {
            String name = fault.label() + " at " + (direction == null ? "any" : direction.label()) + " " + frame;
            return new Rule(name, direction, carriage, frame, connection, nth, repeat, times, fault);
        }

        /** The connection ends after the frame. */
        public Rule cutAfter(Fault.How how) {
            return then(new Fault.Cut(Fault.Where.AFTER, how));
        }

        /** The connection ends, and the frame is lost. */
        public Rule cutBefore(Fault.How how) {
            return then(new Fault.Cut(Fault.Where.BEFORE, how));
        }
    }
}
