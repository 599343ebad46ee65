// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.deadline;

/** Something that falls due at a moment of its own, which a {@link Ladder} knows of. */
public abstract class Dated extends Timed {

    long at;

    /** When it falls due, in ms of the caller's clock. */
    public final long at() {
        return at;
    }
}
