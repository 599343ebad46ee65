// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.loop;

import dev.longwire.core.deadline.Timed;

/** Something on a loop whose patience with its peer ends. */
public abstract class Patient extends Timed {

    /** The time is over; it is in no list any more. */
    protected abstract void expired();
}
