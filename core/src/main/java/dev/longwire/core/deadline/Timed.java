// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.deadline;

import org.jspecify.annotations.Nullable;

/** Something that stands in at most one list of {@link Deadlines} at a time; the links are in the thing itself. */
public abstract class Timed {

    @Nullable
    Timed previous;

    @Nullable
    Timed next;

    @Nullable
    Deadlines list;

    /** When it expires, in ms of the caller's clock. */
    long due;

    /** The list this stands in, or null. */
    public final @Nullable Deadlines deadlines() {
        return list;
    }

    /** When this expires; meaningless outside a list. */
    public final long due() {
        return due;
    }
}
