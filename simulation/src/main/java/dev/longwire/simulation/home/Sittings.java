// SPDX-License-Identifier: Apache-2.0
package dev.longwire.simulation.home;

import dev.longwire.core.channel.ChannelRequest;
import dev.longwire.core.hub.Hub;
import dev.longwire.core.hub.Session;
import dev.longwire.core.presence.PresenceName;
import dev.longwire.simulation.ground.Ground;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Since when each session of a hub has been somewhere, as anybody could see who looked at the hub after every input: what an
 * owner may say of its members is held against this.
 */
final class Sittings {

    private static final class Sitting {
        boolean attached;
        long since;

        /** By channel, from when on the owner must know that the session is there. */
        final Map<String, Long> heldFrom = new LinkedHashMap<>();
    }

    private final Ground ground;
    private Map<String, Sitting> sittings = new LinkedHashMap<>();

    Sittings(Ground ground) {
        this.ground = ground;
    }

    private long grace(String channel) {
        return ground.plan().settings().namespaces().of(channel).presence().graceMillis();
    }

    /** @param askedUntil when everything that the hub has asked will have reached its owner */
    void look(Hub hub, long askedUntil) {
        long now = ground.now();
        Map<String, Sitting> next = new LinkedHashMap<>();
        for (Session session : hub.sessions()) {
            Sitting sitting = sittings.getOrDefault(session.id(), new Sitting());
            next.put(session.id(), sitting);
            boolean attached = session.carrier() != null;
            if (attached && !sitting.attached) {
                long away = now - sitting.since;
                sitting.heldFrom.keySet().removeIf(channel -> away >= grace(channel));
            }
            if (attached != sitting.attached) {
                sitting.attached = attached;
                sitting.since = now;
            }
            for (String channel : ground.plan().channels()) {
                if (!session.entered(channel)) {
                    sitting.heldFrom.remove(channel);
                } else if (attached) {
                    sitting.heldFrom.putIfAbsent(channel, askedUntil);
                }
            }
        }
        sittings = next;
    }

    /** Who leaves and enters at once is not there in between. */
    void asked(ChannelRequest request) {
        if (request instanceof ChannelRequest.Leave leave) {
            Sitting sitting = sittings.get(leave.tag().session());
            if (sitting != null) {
                sitting.heldFrom.remove(PresenceName.channel(leave.channel()));
            }
        }
    }

    /** Whether a session holds a member in a channel, and has done so for long enough that its owner knows. */
    boolean holds(Hub hub, String member, String channel) {
        long now = ground.now();
        for (Session session : hub.sessions()) {
            Sitting sitting = sittings.get(session.id());
            String user = session.principal().user();
            String name = user == null ? "c:" + session.client() : "u:" + user;
            if (sitting == null || !name.equals(member) || !sitting.heldFrom.containsKey(channel)) {
                continue;
            }
            boolean inGrace = sitting.attached || now - sitting.since < grace(channel);
            if (inGrace && sitting.heldFrom.getOrDefault(channel, now) < now) {
                return true;
            }
        }
        return false;
    }
}
