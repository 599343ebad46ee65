// SPDX-License-Identifier: Apache-2.0
package dev.longwire.simulation.home;

import dev.longwire.core.log.Slice;

/** News of a head without its messages. */
record Hint(long head) implements Slice {

    @Override
    public long from() {
        return head;
    }

    @Override
    public long to() {
        return head;
    }

    @Override
    public int bytes() {
        return 0;
    }
}
