// SPDX-License-Identifier: Apache-2.0
package dev.longwire.conformance;

import dev.longwire.protocol.codec.Format;
import java.util.List;
import java.util.Map;

/**
 * A conversation between clients and a server: what is sent, and what must come back.
 *
 * @param title what it shows, in a sentence
 * @param formats the codecs it is replayed with
 * @param settings limits that differ from the defaults, by the names of the components of {@code Limits} and {@code
 *     Retention}
 */
record Transcript(String title, List<Format> formats, Map<String, Long> settings, List<Step> steps) {

    /** Whether it needs a world whose clock, limits and users are at hand. */
    boolean virtual() {
        boolean virtual = !settings.isEmpty();
        for (Step step : steps) {
            virtual |= virtual(step);
        }
        return virtual;
    }

    private static boolean virtual(Step step) {
        return switch (step) {
            case Step.Heard heard -> true;
            case Step.Flow flow -> true;
            case Step.Advance advance -> true;
            case Step.Shutdown shutdown -> true;
            case Step.Assign assign -> true;
            case Step.ExpectProbe probe -> true;
            case Step.Open open -> false;
            case Step.Cut cut -> false;
            case Step.Send send ->
                send.text().contains("\"token\":\"user:")
                        || send.text().contains("\"token\":\"bad\"")
                        || send.text().contains("\"token\":\"{");
            case Step.SendBytes send -> false;
            // What falls into one answer and what into the next is a matter of time.
            case Step.Post post -> true;
            case Step.Expect expect -> false;
            case Step.ExpectAnswer expect -> false;
            case Step.ExpectClose close -> false;
            case Step.ExpectRefusal refusal -> false;
        };
    }

    /** Whether clients that poll would see the same; what is below frames has no like there. */
    boolean pollable() {
        boolean pollable = true;
        for (Step step : steps) {
            pollable &= pollable(step);
        }
        return pollable;
    }

    private static boolean pollable(Step step) {
        return step instanceof Step.Open
                || step instanceof Step.Cut
                || step instanceof Step.Send
                || step instanceof Step.Expect
                || step instanceof Step.Advance;
    }
}
