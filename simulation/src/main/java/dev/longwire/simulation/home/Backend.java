// SPDX-License-Identifier: Apache-2.0
package dev.longwire.simulation.home;

import dev.longwire.core.hook.Decision;
import dev.longwire.core.hook.Hook;
import dev.longwire.core.hook.Hooks;
import dev.longwire.core.hook.Question;
import dev.longwire.core.hub.HubInput;
import dev.longwire.simulation.ground.Fault;
import dev.longwire.simulation.ground.Ground;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The application's backend: late, silent or failing in the storm, and prompt when that is over. */
final class Backend {

    private static final long DEADLINE_MILLIS = 800;

    private final Ground ground;
    private final Home home;

    /** What was decided of each question; absent is not asked yet. */
    private final Map<String, Said> said = new LinkedHashMap<>();

    /** What calls brought that have run. */
    private final Set<String> ran = new LinkedHashSet<>();

    /** @param decision null for silence */
    private record Said(@Nullable Decision decision) {}

    Backend(Ground ground, Home home) {
        this.ground = ground;
        this.home = home;
    }

    static Hooks hooks(Ground ground) {
        if (!ground.has(Fault.HOOKS)) {
            return Hooks.NONE;
        }
        boolean allows = ground.plan().seed() % 2 == 0;
        return new Hooks(
                List.of(new Hook("backend", EnumSet.allOf(Hook.Kind.class), List.of("*"), DEADLINE_MILLIS, allows)));
    }

    void ask(Question question, int hub) {
        Said known = said.get(question.id());
        if (known == null) {
            known = new Said(decide(question));
            said.put(question.id(), known);
            ground.counters().count("asked " + question.kind().wire());
        } else {
            ground.counters().count("asked again");
        }
        Decision decision = known.decision;
        if (decision != null) {
            long late = ground.strikes(Fault.HOOKS, 10) ? ground.dice().between(100, 1_500) : ground.latency();
            HubInput.Decided input = new HubInput.Decided(question.session(), question.id(), decision);
            ground.agenda().in(late, () -> home.hub(hub).decided(input));
        }
    }

    private @Nullable Decision decide(Question question) {
        boolean call = question.kind() == Hook.Kind.CALL;
        if (ground.strikes(Fault.HOOKS, 5)) {
            if (call) {
                run(question);
            }
            return null;
        }
        if (ground.strikes(Fault.HOOKS, 6)) {
            return new Decision.Failed(false, 50);
        }
        if (ground.strikes(Fault.HOOKS, 6)) {
            return new Decision.Refused(ground.dice().pick(List.of(0, 300)));
        }
        if (call) {
            run(question);
            return new Decision.Allowed(question.data(), null, 0);
        }
        return new Decision.Allowed(null, null, ground.dice().pick(List.of(0, 0, 500)));
    }

    private void run(Question question) {
        if (question.data() != null && !ran.add(new String(question.data().bytes(), StandardCharsets.UTF_8))) {
            throw new IllegalStateException("a call ran twice: " + question);
        }
    }
}
