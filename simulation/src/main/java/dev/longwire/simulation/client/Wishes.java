// SPDX-License-Identifier: Apache-2.0
package dev.longwire.simulation.client;

import dev.longwire.protocol.ClientFrame.Call;
import dev.longwire.protocol.ClientFrame.Extras;
import dev.longwire.protocol.ClientFrame.History;
import dev.longwire.protocol.ClientFrame.Publish;
import dev.longwire.protocol.ClientFrame.Subscribe;
import dev.longwire.protocol.ClientFrame.Subscriptions;
import dev.longwire.protocol.ClientFrame.Unsubscribe;
import dev.longwire.protocol.Payload;
import dev.longwire.protocol.Position;
import dev.longwire.protocol.Want;
import dev.longwire.simulation.ground.Dice;
import dev.longwire.simulation.ground.Fault;
import dev.longwire.simulation.ground.Ground;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the person in front of a client does, at random, while the storm lasts. */
public final class Wishes {

    /** As many as a polite client has open at once; the core's limit. */
    private final int politeness;

    private final ModelClient client;
    private final Ground ground;
    private final Dice dice;
    private final Library library;
    private final int pace;
    private long published;
    private boolean over;

    public Wishes(ModelClient client, Ground ground, Library library) {
        this.client = client;
        this.ground = ground;
        this.dice = ground.dice();
        this.library = library;
        this.politeness = ground.plan().limits().requests() - 1;
        this.pace = dice.pick(List.of(40, 150, 400));
    }

    public void start() {
        ground.agenda().in(dice.between(1, pace), this::next);
    }

    public void end() {
        over = true;
    }

    private void next() {
        if (over) {
            return;
        }
        if (client.unanswered() < politeness) {
            if (ground.has(Fault.HOOKS) && dice.chance(10)) {
                call();
            } else {
                wish(dice.below(100));
            }
        }
        ground.agenda().in(dice.between(1, 2 * pace), this::next);
    }

    private void wish(int what) {
        if (what < 50) {
            publish();
        } else if (what < 68) {
            subscribe();
        } else if (what < 74) {
            unsubscribe();
        } else if (what < 80) {
            page();
        } else if (what < 84) {
            trace();
        } else if (what < 87) {
            client.ask(new Subscriptions(client.nextId()));
        } else if (what < 93) {
            repeat();
        } else if (what < 95) {
            conflict();
        } else if (what == 95 && ground.has(Fault.CUT)) {
            client.drop();
        } else if (what == 96 && ground.has(Fault.GOODBYE)) {
            client.goodbye();
        } else if (what >= 98 && ground.has(Fault.TOKENS)) {
            client.refresh();
        } else if (what == 97 && ground.has(Fault.FLOOD)) {
            flood();
        } else {
            publish();
        }
    }

    private void call() {
        byte[] bytes = payload("c").getBytes(StandardCharsets.UTF_8);
        client.ask(new Call(client.nextId(), "do", Payload.json(bytes), false));
    }

    private String channel() {
        return dice.pick(ground.plan().channels());
    }

    private String payload(String kind) {
        return "\"" + kind + client.name() + "-" + ++published + "-" + "x".repeat(dice.below(120)) + "\"";
    }

    private void publish() {
        String channel = channel();
        String payload = payload("p");
        String key = dice.chance(60) ? "k" + client.name() + "-" + published : null;
        if (key != null) {
            library.shelve(client.publisher(), new Library.Shelved(channel, payload, key));
        }
        publish(channel, payload, key);
    }

    private void publish(String channel, String payload, @Nullable String key) {
        String slot = dice.pick(List.of("", "a", "b"));
        Extras extras = new Extras(key, slot.isEmpty() ? null : slot, Map.of());
        byte[] bytes = payload.getBytes(StandardCharsets.UTF_8);
        ground.story().tell(() -> client + " wants to publish " + payload + " in " + channel + " with " + key);
        client.ask(new Publish(client.nextId(), channel, Payload.json(bytes), extras, false));
    }

    /** The application did not see the answer and asks for the same once more. */
    private void repeat() {
        Library.Shelved shelved = library.pick(client.publisher(), dice);
        if (shelved != null) {
            publish(shelved.channel(), shelved.payload(), shelved.key());
        }
    }

    /** The same key for something else. */
    private void conflict() {
        Library.Shelved shelved = library.pick(client.publisher(), dice);
        if (shelved != null) {
            publish(shelved.channel(), payload("c"), shelved.key());
        }
    }

    private void flood() {
        for (int i = 0; i < 2 * politeness; i++) {
            byte[] bytes = payload("f").getBytes(StandardCharsets.UTF_8);
            client.ask(new Publish(client.nextId(), channel(), Payload.json(bytes), Extras.NONE, false), true);
        }
    }

    private void subscribe() {
        String channel = channel();
        if (client.subs().containsKey(channel)) {
            return;
        }
        Want want = want(channel);
        Sub sub = new Sub(channel);
        sub.subscribing = client.nextId();
        client.subs().put(channel, sub);
        client.ask(new Subscribe(sub.subscribing, want, false));
    }

    private Want want(String channel) {
        Position before = client.leftAt(channel);
        if (ground.has(Fault.FORGE) && dice.chance(30)) {
            String epoch = before == null || dice.chance(30) ? "b9x9" : before.epoch();
            Want forged = new Want(channel, new Position(epoch, dice.below(100)), 0, false);
            client.forging(forged);
            return forged;
        }
        if (before != null && dice.chance(80)) {
            return new Want(channel, before, 0, false);
        }
        return new Want(channel, null, dice.chance(40) ? dice.between(1, 5) : 0, false);
    }

    private void unsubscribe() {
        for (Sub sub : client.subs().values()) {
            if (sub.active && sub.unsubscribing == 0 && dice.chance(50)) {
                sub.unsubscribing = client.nextId();
                client.ask(new Unsubscribe(sub.unsubscribing, sub.channel, false));
                return;
            }
        }
    }

    private void page() {
        String channel = channel();
        Position bound = client.leftAt(channel);
        boolean reverse = dice.chance(50);
        client.ask(new History(
                client.nextId(),
                channel,
                reverse ? null : bound,
                reverse ? bound : null,
                Math.max(1, dice.below(6)),
                reverse,
                null));
    }

    private void trace() {
        Library.Shelved shelved = library.pick(client.publisher(), dice);
        if (shelved != null) {
            client.ask(new History(client.nextId(), shelved.channel(), null, null, 0, false, shelved.key()));
        }
    }
}
