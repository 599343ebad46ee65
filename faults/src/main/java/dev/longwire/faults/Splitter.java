// SPDX-License-Identifier: Apache-2.0
package dev.longwire.faults;

import org.jspecify.annotations.Nullable;

/** Cuts what one side says into units. */
interface Splitter {

    /** Takes the next unit off the pile; null when it is not complete yet. */
    @Nullable
    Unit split(Pile pile);
}
