// SPDX-License-Identifier: Apache-2.0
package dev.longwire.conformance;

import java.util.List;

/** What a trial came to, as text that two builds of the same source must produce alike. */
public final class Report {

    private Report() {}

    /**
     * Replays a transcript. A line {@code PASS} or {@code FAIL} with the name of each replay, then its faults behind
     * {@code !}, then its record.
     */
    public static String replay(String name, String text) {
        StringBuilder report = new StringBuilder();
        for (Outcome outcome : Replayer.replay(name, text)) {
            report.append(outcome.passed() ? "PASS " : "FAIL ")
                    .append(outcome.name())
                    .append('\n');
            lines("! ", outcome.faults(), report);
            lines("  ", outcome.record(), report);
        }
        return report.toString();
    }

    /** Decodes mutated frames; a line for each of the first, and a hash over all. */
    public static String codec(int seed, int rounds) {
        StringBuilder report = new StringBuilder();
        lines("", CodecTrial.run(seed, rounds), report);
        return report.toString();
    }

    private static void lines(String prefix, List<String> lines, StringBuilder report) {
        for (String line : lines) {
            report.append(prefix).append(line).append('\n');
        }
    }
}
