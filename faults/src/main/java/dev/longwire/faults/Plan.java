// SPDX-License-Identifier: Apache-2.0
package dev.longwire.faults;

import org.jspecify.annotations.Nullable;

/** Decides what becomes of whatever passes. Called by one thread at a time. */
@FunctionalInterface
public interface Plan {

    /** What to do to it, and why. */
    record Verdict(Fault fault, String frame, String rule) {}

    /** Null lets it pass. */
    @Nullable
    Verdict judge(Passing passing);
}
