// SPDX-License-Identifier: Apache-2.0
package dev.longwire.simulation.home;

import dev.longwire.core.channel.ChannelReply;
import dev.longwire.core.hub.HubInput;
import dev.longwire.simulation.ground.Ground;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which hub each session lives in, and how it moves: one move of a session at a time. */
final class Registry {

    /** A session on its way from one hub to another. */
    record Move(String session, int to, int lifeOfTarget, Attempt attempt) {}

    /** What waits for the session. */
    interface Attempt {
        void arrived();

        void overtaken();
    }

    private final Ground ground;
    private final Home home;
    private final Map<String, Integer> hubOf = new LinkedHashMap<>();
    private final Set<String> moving = new LinkedHashSet<>();

    Registry(Ground ground, Home home) {
        this.ground = ground;
        this.home = home;
    }

    boolean moving(String session) {
        return moving.contains(session);
    }

    @Nullable
    Integer hubOf(String session) {
        return hubOf.get(session);
    }

    void lives(String session, int hub) {
        hubOf.put(session, hub);
    }

    /** Brings the session to this hub, if it is anywhere, and then goes on. */
    void bring(@Nullable String session, long turn, int hub, Attempt attempt) {
        Integer at = session == null ? null : hubOf.get(session);
        if (session == null || at == null || at == hub && !moving.contains(session)) {
            attempt.arrived();
        } else if (moving.contains(session)) {
            ground.agenda().in(3, () -> bring(session, turn, hub, attempt));
        } else {
            moving.add(session);
            Move move = new Move(session, hub, home.hub(hub).life(), attempt);
            ground.agenda().in(ground.latency(), () -> home.hub(at).release(session, turn, move));
        }
    }

    void ended(String session, int hub) {
        hubOf.remove(session, hub);
    }

    /**
     * The session has left a hub, or stays there. Whatever it asked of owners there must reach them before what it asks
     * from here on: else publishes would overtake each other.
     */
    void released(Move move, int from, byte @Nullable [] state, boolean overtaken) {
        if (state != null) {
            ground.counters().count("sessions moved");
            hubOf.put(move.session(), move.to());
        }
        long arrival = Math.max(home.askedUntil(from), ground.now() + ground.latency());
        ground.agenda().at(arrival, () -> {
            moving.remove(move.session());
            HubHome target = home.hub(move.to());
            if (target.life() == move.lifeOfTarget()) {
                if (state != null) {
                    target.adopt(state);
                }
                if (overtaken) {
                    ground.counters().count("overtaken elsewhere");
                    move.attempt().overtaken();
                } else {
                    move.attempt().arrived();
                }
            } else if (state != null) {
                hubOf.remove(move.session());
            }
        });
    }

    /** An answer whose session is not where it was asked for. */
    void stray(ChannelReply reply, int from) {
        String session = reply.tag().session();
        Integer at = hubOf.get(session);
        if (session.isEmpty() || at == null) {
            return;
        }
        if (moving.contains(session)) {
            ground.agenda().in(3, () -> stray(reply, from));
        } else if (at != from) {
            ground.counters().count("strays forwarded");
            HubHome target = home.hub(at);
            int life = target.life();
            ground.agenda().in(ground.latency(), () -> target.answered(reply, life));
        }
    }

    /** A decision whose session is not where it was asked for. */
    void astray(HubInput.Decided decided, int from) {
        Integer at = hubOf.get(decided.session());
        if (at == null) {
            return;
        }
        if (moving.contains(decided.session())) {
            ground.agenda().in(3, () -> astray(decided, from));
        } else if (at != from) {
            ground.counters().count("decisions forwarded");
            HubHome target = home.hub(at);
            ground.agenda().in(ground.latency(), () -> target.decided(decided));
        }
    }
}
