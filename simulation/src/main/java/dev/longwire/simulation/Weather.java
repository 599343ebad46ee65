// SPDX-License-Identifier: Apache-2.0
package dev.longwire.simulation;

import dev.longwire.simulation.client.ModelClient;
import dev.longwire.simulation.ground.Dice;
import dev.longwire.simulation.ground.Fault;
import dev.longwire.simulation.ground.Ground;
import dev.longwire.simulation.home.Home;
import dev.longwire.simulation.home.Link;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Lets the faults of a plan happen, at random moments, while the storm lasts. */
final class Weather {

    private final Ground ground;
    private final Dice dice;
    private final Home home;
    private final List<ModelClient> clients;
    private final List<Fault> faults;
    private boolean over;

    Weather(Ground ground, Home home, List<ModelClient> clients) {
        this.ground = ground;
        this.dice = ground.dice();
        this.home = home;
        this.clients = clients;
        this.faults = new ArrayList<>(ground.plan().faults());
    }

    void start() {
        if (!faults.isEmpty()) {
            ground.agenda().in(dice.between(50, 600), this::next);
        }
    }

    void end() {
        over = true;
    }

    private void next() {
        if (over) {
            return;
        }
        Fault fault = dice.pick(faults);
        ground.story().tell(() -> "weather: " + fault);
        strike(fault);
        ground.agenda().in(dice.between(50, 600), this::next);
    }

    private void strike(Fault fault) {
        Link link = dice.pick(clients).link();
        switch (fault) {
            case CUT -> cut(link);
            case HALF_OPEN -> deafen(link);
            case STALL -> stall(link);
            case HUB_RESTART -> seldom(15, "hub restarts", () -> home.restartHub(dice.below(home.hubCount())));
            case OWNER_RESTART -> seldom(15, "owner restarts", () -> home.restartOwner(dice.below(home.ownerCount())));
            case HOME_RESTART -> seldom(8, "home restarts", home::restartAll);
            case CLOCK_JUMP -> seldom(50, "clock jumps", () -> home.jumpClock(dice.between(-3_600_000, 3_600_000)));
            case DRAIN -> seldom(15, "drains", () -> home.drain(dice.below(home.hubCount())));
            case KICK -> seldom(15, "kicks", () -> home.kick(dice.below(home.hubCount())));
            case REVOKE -> seldom(30, "revocations", home::revokeOne);
            case ASSIGN -> seldom(60, "assignments", home::assignOne);
            // These happen where things are done, not by themselves.
            case LATE_CONNECT,
                    POLLING,
                    POLL_LOSS,
                    POLL_STALE,
                    ROAM,
                    SLEEP,
                    HINT_LOSS,
                    HINT_DISORDER,
                    GOODBYE,
                    FLOOD,
                    FORGE,
                    TOKENS,
                    HOOKS -> {}
        }
    }

    private void seldom(int percent, String name, Runnable what) {
        if (dice.chance(percent)) {
            ground.counters().count(name);
            ground.story().tell(() -> "weather: " + name);
            what.run();
        }
    }

    private void cut(@Nullable Link link) {
        if (link != null && link.alive()) {
            ground.counters().count("cuts");
            link.cut(dice.chance(80), dice.chance(80));
        }
    }

    private void deafen(@Nullable Link link) {
        if (link != null && link.alive()) {
            ground.counters().count("half open");
            boolean up = dice.chance(60);
            link.goDeaf(up, !up || dice.chance(50));
        }
    }

    private void stall(@Nullable Link link) {
        if (link != null && link.alive()) {
            ground.counters().count("readers stop");
            link.stall(dice.between(100, 5_000));
        }
    }
}
