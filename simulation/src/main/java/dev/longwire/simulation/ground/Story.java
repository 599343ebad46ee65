// SPDX-License-Identifier: Apache-2.0
package dev.longwire.simulation.ground;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** What happened, line by line; only told when somebody wants to read it. */
public final class Story {

    private final boolean wanted;
    private final Agenda agenda;
    private final List<String> lines = new ArrayList<>();

    public Story(boolean wanted, Agenda agenda) {
        this.wanted = wanted;
        this.agenda = agenda;
    }

    public void tell(Supplier<String> line) {
        if (wanted) {
            lines.add(agenda.now() + " " + line.get());
        }
    }

    public List<String> lines() {
        return lines;
    }
}
