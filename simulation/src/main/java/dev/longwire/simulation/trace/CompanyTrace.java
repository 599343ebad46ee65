// SPDX-License-Identifier: Apache-2.0
package dev.longwire.simulation.trace;

import dev.longwire.protocol.ClientFrame;
import dev.longwire.protocol.ClientFrame.Observation;
import dev.longwire.protocol.ClientFrame.Presence.Action;
import dev.longwire.protocol.ClientFrame.Resume;
import dev.longwire.protocol.Position;
import dev.longwire.protocol.ServerFrame.Attended;
import dev.longwire.protocol.ServerFrame.Changed;
import dev.longwire.protocol.ServerFrame.Observed;
import dev.longwire.protocol.ServerFrame.Synced;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What one link brought of presence: per channel everybody first, unless changes are enough, and then every change. */
final class CompanyTrace {

    private static final class Watched {
        /** Where the observer stands; null until it has been told everybody. */
        @Nullable
        Position at;
    }

    private final ClientTrace client;
    private final Map<String, Observation> resumed = new LinkedHashMap<>();
    private final Map<String, Watched> watched = new LinkedHashMap<>();

    CompanyTrace(ClientTrace client, @Nullable Resume resume) {
        this.client = client;
        if (resume != null) {
            resume.observe().forEach(each -> resumed.put(each.channel(), each));
        }
    }

    void attended(Attended frame) {
        client.counters.count("presence " + frame.action().wire());
        if (frame.action() == Action.UNOBSERVE) {
            watched.remove(frame.channel());
        } else if (frame.action() == Action.OBSERVE) {
            observes(frame);
        }
    }

    private void observes(Attended frame) {
        Position since;
        if (frame.id() == 0) {
            Observation asked = resumed.remove(frame.channel());
            if (asked == null) {
                throw new Broken(26, client.name + ": nobody asked for " + frame);
            }
            since = asked.since();
        } else {
            since = client.requests.get(frame.id()) instanceof ClientFrame.Presence presence ? presence.since() : null;
        }
        Watched one = new Watched();
        if (frame.recovered()) {
            client.counters.count("presence recovered");
            if (since == null
                    || !since.epoch().equals(frame.at().epoch())
                    || since.offset() > frame.at().offset()) {
                throw new Broken(26, client.name + ": stood at " + since + " and got " + frame);
            }
            one.at = since;
        }
        watched.put(frame.channel(), one);
    }

    void observed(Observed frame) {
        switch (frame) {
            case Synced part -> {
                Watched one = one(part.channel(), frame);
                client.presence.same(client.name, part);
                client.counters.count(one.at == null ? "presence synced" : "presence synced anew");
                one.at = part.at();
            }
            case Changed changed -> {
                Watched one = one(changed.channel(), frame);
                Position at = one.at;
                if (at == null
                        || !at.epoch().equals(changed.at().epoch())
                        || at.offset() + 1 != changed.at().offset()) {
                    throw new Broken(26, client.name + ": after " + at + " came " + changed);
                }
                client.presence.same(client.name, changed);
                one.at = changed.at();
            }
        }
    }

    private Watched one(String channel, Observed frame) {
        Watched one = watched.get(channel);
        if (one == null) {
            throw new Broken(26, client.name + ": observes nobody and got " + frame);
        }
        return one;
    }

    void atRest(String channel) {
        Watched one = watched.get(channel);
        Position now = client.presence.now(channel);
        if (one == null || !now.equals(one.at)) {
            throw new Broken(
                    25, client.name + ": at rest it stands at " + (one == null ? null : one.at) + ", not at " + now);
        }
    }
}
