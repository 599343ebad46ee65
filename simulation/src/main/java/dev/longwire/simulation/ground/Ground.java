// SPDX-License-Identifier: Apache-2.0
package dev.longwire.simulation.ground;

/** What every part of a world shares. */
public record Ground(Plan plan, Dice dice, Agenda agenda, Counters counters, Story story) {

    public static Ground of(Plan plan, boolean told) {
        Agenda agenda = new Agenda();
        return new Ground(plan, new Dice(plan.seed() * 31 + 7), agenda, new Counters(), new Story(told, agenda));
    }

    public long now() {
        return agenda.now();
    }

    public boolean has(Fault fault) {
        return plan.faults().contains(fault);
    }

    /** Whether a fault strikes now, if it does so in this percentage of cases while the storm lasts. */
    public boolean strikes(Fault fault, int percent) {
        boolean storm = agenda.now() < Agenda.BEGINNING + plan.stormMillis();
        return storm && has(fault) && dice.chance(percent);
    }

    public boolean has(Bug bug) {
        return plan.bugs().contains(bug);
    }

    /** How long something on a wire takes. */
    public long latency() {
        return dice.chance(5) ? dice.between(20, 200) : dice.between(1, 10);
    }
}
