// SPDX-License-Identifier: Apache-2.0
package dev.longwire.simulation.client;

import dev.longwire.protocol.ClientFrame.Observation;
import dev.longwire.protocol.ClientFrame.Presence;
import dev.longwire.protocol.ClientFrame.Presence.Action;
import dev.longwire.protocol.Payload;
import dev.longwire.protocol.Position;
import dev.longwire.protocol.ServerFrame;
import dev.longwire.simulation.ground.Dice;
import dev.longwire.simulation.ground.Ground;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Whom a client sees and where it is itself: a part of a model client, with wishes of its own. */
public final class Company {

    private static final int PACE_MILLIS = 300;

    /** Where an observation stands. */
    private static final class Seen {
        /** The request that asks for it or ends it, until it is answered; 0 when there is none. */
        long asking;

        boolean ending;
        boolean active;

        @Nullable
        Position at;
    }

    private final ModelClient client;
    private final Ground ground;

    /** Its own dice, so that worlds without presence stay what they were. */
    private final Dice dice;

    private final Map<String, Seen> seen = new LinkedHashMap<>();

    /** What it says of itself where it is. */
    private final Map<String, String> entered = new LinkedHashMap<>();

    private final Set<Long> asked = new LinkedHashSet<>();
    private final Set<String> unsure = new LinkedHashSet<>();
    private long said;
    private boolean over;

    Company(ModelClient client, int index, Ground ground) {
        this.client = client;
        this.ground = ground;
        this.dice = new Dice(ground.plan().seed() * 1_000_003 + index);
    }

    void start() {
        if (ground.plan().presence()) {
            ground.agenda().in(dice.between(1, PACE_MILLIS), this::next);
        }
    }

    void calm() {
        over = true;
    }

    /** Where it is, and what it says of itself there. */
    public Map<String, String> entered() {
        return entered;
    }

    /** The channels whose presence it observes. */
    public Set<String> observed() {
        return seen.keySet();
    }

    private void next() {
        if (over) {
            return;
        }
        if (asked.size() < 2) {
            wish(dice.below(100));
        }
        ground.agenda().in(dice.between(1, PACE_MILLIS), this::next);
    }

    private void wish(int what) {
        String channel = dice.pick(ground.plan().channels());
        if (what < 30) {
            enter(channel, Action.ENTER);
        } else if (what < 45 && entered.containsKey(channel)) {
            enter(channel, Action.UPDATE);
        } else if (what < 60 && entered.remove(channel) != null) {
            ask(new Presence(client.nextId(), channel, Action.LEAVE, null, false));
        } else if (what < 80 && !seen.containsKey(channel)) {
            Seen one = new Seen();
            one.asking = client.nextId();
            seen.put(channel, one);
            ask(new Presence(one.asking, channel, Action.OBSERVE, null, null, null, false));
        } else if (what < 84) {
            unobserve(channel);
        } else if (what < 92) {
            ask(new Presence(client.nextId(), channel, Action.QUERY, null, false));
        } else {
            ask(new Presence(client.nextId(), channel, Action.COUNT, null, false));
        }
    }

    private void enter(String channel, Action action) {
        String data = "\"" + client.name() + "-" + ++said + "\"";
        entered.put(channel, data);
        ask(new Presence(client.nextId(), channel, action, payload(data), false));
    }

    private static Payload payload(String data) {
        return Payload.json(data.getBytes(StandardCharsets.UTF_8));
    }

    private void unobserve(String channel) {
        Seen one = seen.get(channel);
        if (one != null && one.active && one.asking == 0) {
            one.asking = client.nextId();
            one.ending = true;
            ask(new Presence(one.asking, channel, Action.UNOBSERVE, null, false));
        }
    }

    private void ask(Presence request) {
        asked.add(request.id());
        client.ask(request);
    }

    /** What a resume says is observed: whatever no request speaks of. */
    List<Observation> resumed() {
        List<Observation> all = new ArrayList<>();
        seen.forEach((channel, one) -> {
            one.active = false;
            if (one.asking == 0 || one.ending) {
                all.add(new Observation(channel, dice.chance(80) ? one.at : null));
            }
        });
        return all;
    }

    /** Nobody knows whether this ran, and it is not asked for again. */
    void unsure(Presence request) {
        asked.remove(request.id());
        unsure.add(request.channel());
    }

    /** Says again where it is, or is not: in a new session everywhere, for nobody is anywhere there. */
    void connected(boolean anew) {
        if (anew) {
            unsure.addAll(entered.keySet());
        }
        unsure.forEach(this::settle);
        unsure.clear();
    }

    void answered(long id) {
        asked.remove(id);
    }

    void attended(ServerFrame.Attended frame) {
        Seen one = seen.get(frame.channel());
        if (one == null || !frame.observes() || frame.id() != 0 && frame.id() != one.asking) {
            return;
        }
        if (frame.action() == Action.UNOBSERVE) {
            seen.remove(frame.channel());
            return;
        }
        if (frame.id() != 0) {
            one.asking = 0;
        }
        one.active = true;
    }

    void observed(ServerFrame.Observed frame) {
        switch (frame) {
            case ServerFrame.Synced part -> at(part.channel(), part.at());
            case ServerFrame.Changed changed -> at(changed.channel(), changed.at());
        }
    }

    private void at(String channel, Position at) {
        Seen one = seen.get(channel);
        if (one != null) {
            one.at = at;
        }
    }

    /** It was refused; where the client still wants it, it asks for it again after a while. */
    void refused(Presence request) {
        Seen one = seen.get(request.channel());
        if (one != null && one.asking == request.id()) {
            one.asking = 0;
            if (one.ending && one.active) {
                one.ending = false;
            } else {
                seen.remove(request.channel());
            }
        }
        if (request.action().enters()) {
            ground.agenda().in(dice.between(100, 600), () -> settle(request.channel()));
        }
    }

    private void settle(String channel) {
        String data = entered.get(channel);
        Action action = data == null ? Action.LEAVE : Action.ENTER;
        ask(new Presence(client.nextId(), channel, action, data == null ? null : payload(data), false));
    }
}
