// SPDX-License-Identifier: Apache-2.0
package dev.longwire.simulation.home;

import dev.longwire.core.channel.ChannelOutput;
import dev.longwire.core.channel.ChannelReply;
import dev.longwire.core.channel.ChannelRequest;
import dev.longwire.core.channel.Channels;
import dev.longwire.core.event.Event;
import dev.longwire.core.event.EventType;
import dev.longwire.core.log.LogView;
import dev.longwire.core.presence.PresenceName;
import dev.longwire.core.state.StateReader;
import dev.longwire.core.state.StateWriter;
import dev.longwire.protocol.ErrorCode;
import dev.longwire.protocol.Position;
import dev.longwire.simulation.ground.Bug;
import dev.longwire.simulation.ground.Fault;
import dev.longwire.simulation.ground.Ground;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One owner of channels, and its loop: requests, then at the end of a turn the hints that logs have grown. */
final class OwnerHome {

    private static final long WALL_BEGINNING = 1_700_000_000_000L;

    /** How long it takes until every hub has said again whom it holds. */
    private static final long FORGETFUL_MILLIS = 4_000;

    private final int index;
    private final Ground ground;
    private final Home home;
    private final Map<String, Long> pushedTo = new LinkedHashMap<>();
    private Channels channels;
    private int boots;
    private long forgotAt = -FORGETFUL_MILLIS;
    private long clockOff;
    private boolean turnPlanned;
    private long wakeAt = Long.MAX_VALUE;
    private byte[] older = {};

    OwnerHome(int index, Ground ground, Home home) {
        this.index = index;
        this.ground = ground;
        this.home = home;
        this.channels = fresh();
    }

    private Channels fresh() {
        Channels fresh = new Channels(
                "b" + index + "x" + boots, ground.plan().seed(), ground.plan().settings());
        fresh.events().want(EnumSet.allOf(EventType.class));
        return fresh;
    }

    /** All logs are lost. */
    void restart() {
        boots++;
        forgotAt = ground.now();
        ground.story().tell(() -> "owner " + index + " restarts as boot " + boots);
        channels = fresh();
        pushedTo.clear();
        List<String> lost = new ArrayList<>(ground.plan().channels());
        ground.plan().channels().forEach(channel -> lost.add(PresenceName.of(channel)));
        lost.removeIf(log -> !home.owns(index, log));
        home.watcher().ownerLost(lost);
        older = new byte[0];
    }

    long wallMillis() {
        return WALL_BEGINNING + clockOff + ground.now();
    }

    void jump(long millis) {
        clockOff += millis;
    }

    /** The hub is gone with its interest. */
    void forget(int hub) {
        channels.forget(hub);
        tell();
        planWake();
    }

    void take(int hub, ChannelRequest request) {
        ground.story().tell(() -> "owner " + index + " <- hub " + hub + " " + request);
        if (request instanceof ChannelRequest.Append append && planted(hub, append)) {
            return;
        }
        channels.accept(hub, request, ground.now(), wallMillis());
        drain(request);
        tell();
        planTurn();
        planWake();
    }

    private void drain(ChannelRequest request) {
        for (ChannelOutput.Reply reply = channels.poll(); reply != null; reply = channels.poll()) {
            note(request, reply.reply());
            answer(reply.hub(), reply.reply());
        }
    }

    private void tell() {
        for (Event event = channels.events().poll();
                event != null;
                event = channels.events().poll()) {
            home.watcher().happened(event);
        }
    }

    private void answer(int hub, ChannelReply reply) {
        ground.story().tell(() -> "owner " + index + " -> hub " + hub + " " + reply);
        home.answer(index, hub, reply);
    }

    private void note(ChannelRequest request, ChannelReply reply) {
        if (reply instanceof ChannelReply.Appended appended && request instanceof ChannelRequest.Append append) {
            if (!appended.duplicate()) {
                home.watcher().appended(append, appended);
            }
        } else if (reply instanceof ChannelReply.Attached attached) {
            home.watcher()
                    .epoch(
                            attached.channel(),
                            attached.head().epoch(),
                            attached.head().offset());
        } else if (reply instanceof ChannelReply.Sliced sliced
                && request instanceof ChannelRequest.Read read
                && !read.epoch().equals(sliced.epoch())) {
            // Who reads a log that is gone may be the first to hear of the new one.
            home.watcher()
                    .epoch(sliced.channel(), sliced.epoch(), sliced.slice().to());
        }
    }

    /** A mistake planted here, instead of what should be done. */
    private boolean planted(int hub, ChannelRequest.Append append) {
        if (ground.has(Bug.LOSE_APPEND) && ground.dice().chance(3) && pushedTo.containsKey(append.channel())) {
            Position position = new Position("b" + index + "x" + boots, pushedTo.get(append.channel()) + 1);
            answer(hub, new ChannelReply.Appended(append.channel(), append.tag(), position, "memory", false, 0));
            return true;
        }
        if (ground.has(Bug.REFUSE_AND_RUN) && ground.dice().chance(5)) {
            channels.accept(hub, append, ground.now(), ground.now());
            for (ChannelOutput.Reply reply = channels.poll(); reply != null; reply = channels.poll()) {
                note(append, reply.reply());
            }
            answer(hub, new ChannelReply.Refused(append.channel(), append.tag(), ErrorCode.OVERLOADED, 1_000));
            planTurn();
            return true;
        }
        return false;
    }

    private void planTurn() {
        if (!turnPlanned) {
            turnPlanned = true;
            ground.agenda().in(ground.dice().below(3), this::endTurn);
        }
    }

    private void endTurn() {
        turnPlanned = false;
        for (ChannelOutput.Moved moved = channels.moved(); moved != null; moved = channels.moved()) {
            hint(moved.hub(), moved.channel(), moved.view());
        }
        tell();
        if (ground.plan().presence()) {
            watchPresence();
        }
        if (ground.has(Fault.SLEEP) && ground.dice().chance(10)) {
            sleep();
        }
    }

    private void watchPresence() {
        // What hubs hold is said again to an owner that forgot; until then it may not know of anybody.
        boolean knows = ground.now() > forgotAt + FORGETFUL_MILLIS;
        for (String channel : ground.plan().channels()) {
            String log = PresenceName.of(channel);
            if (home.owns(index, log)) {
                home.watcher().told(channel, channels.view(log), member -> knows && home.held(member, channel));
            }
        }
    }

    private void hint(int hub, String channel, LogView view) {
        long from = pushedTo.getOrDefault(channel, 0L);
        pushedTo.put(channel, view.head());
        if (ground.has(Fault.HINT_LOSS) && ground.dice().chance(15)) {
            ground.counters().count("hints lost");
            return;
        }
        int copies = ground.has(Fault.HINT_DISORDER) && ground.dice().chance(15) ? 2 : 1;
        for (int i = 0; i < copies; i++) {
            long delay = ground.has(Fault.HINT_DISORDER) ? 5 * ground.latency() : ground.latency();
            ground.agenda().in(delay, () -> home.hub(hub).hint(channel, view, from));
        }
    }

    private void sleep() {
        StateWriter out = new StateWriter();
        channels.write(out, ground.now());
        byte[] state = out.toBytes();
        byte[] read = state;
        if (ground.has(Bug.ROLL_BACK) && older.length > 0 && ground.dice().chance(30)) {
            read = older;
        }
        older = state;
        channels = fresh();
        channels.read(new StateReader(read), ground.now());
        ground.counters().count("owner sleeps");
        planWake();
    }

    private void planWake() {
        long next = channels.wakeAt();
        if (next < wakeAt) {
            wakeAt = next;
            ground.agenda().at(next, () -> {
                wakeAt = Long.MAX_VALUE;
                channels.tick(ground.now());
                tell();
                planTurn();
                planWake();
            });
        }
    }
}
