// SPDX-License-Identifier: Apache-2.0
package dev.longwire.conformance;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What came of replaying one transcript in one format.
 *
 * @param name the transcript and the format
 * @param faults what was not as the transcript says; empty when all was
 * @param record what was sent and what came, byte for byte, so that two builds can be compared
 * @param broken what the machine threw, if it did
 */
public record Outcome(
        String name,
        List<String> faults,
        List<String> record,
        @Nullable RuntimeException broken) {

    public boolean passed() {
        return faults.isEmpty();
    }
}
