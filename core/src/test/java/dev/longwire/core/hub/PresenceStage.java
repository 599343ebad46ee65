// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.hub;

import dev.longwire.core.Limits;
import dev.longwire.core.Namespaces;
import dev.longwire.core.Principal;
import dev.longwire.core.SlowPolicy;
import dev.longwire.core.channel.ChannelOutput;
import dev.longwire.core.channel.ChannelRequest;
import dev.longwire.core.channel.ChannelSettings;
import dev.longwire.core.channel.Channels;
import dev.longwire.core.log.LogSlice;
import dev.longwire.core.log.Retention;
import dev.longwire.core.presence.PresenceSettings;
import dev.longwire.protocol.ClientFrame;
import dev.longwire.protocol.ClientFrame.Presence.Action;
import dev.longwire.protocol.Member;
import dev.longwire.protocol.Payload;
import dev.longwire.protocol.Position;
import dev.longwire.protocol.ServerFrame;
import dev.longwire.protocol.codec.Codec;
import dev.longwire.protocol.codec.Format;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Two hubs and one owner of channels. Clients connect by hand; observers' frames are kept and their sets are made of them. */
final class PresenceStage {

    private final Limits limits = Limits.DEFAULT;
    private final Namespaces namespaces;
    private Channels channels;
    private final Hub[] hubs = new Hub[2];
    private final boolean[] dead = new boolean[2];
    private final ArrayDeque<Runnable> work = new ArrayDeque<>();
    private final List<Runnable> heldBack = new ArrayList<>();
    private final Map<Long, Carrier> carriers = new LinkedHashMap<>();
    private final Map<Long, Integer> hubOf = new LinkedHashMap<>();
    private final Map<Long, List<ServerFrame>> written = new LinkedHashMap<>();
    private final List<byte[]> released = new ArrayList<>();
    private int sessions;
    private int lives;
    private int boots;
    private long now = 1_000;
    private long ids = 10;

    /** Whether what the first hub asks stays on its way. */
    boolean firstHubSlow;

    PresenceStage(PresenceSettings presence) {
        namespaces =
                new Namespaces(new Namespaces.Settings(Retention.DEFAULT, SlowPolicy.CATCH_UP, presence), Map.of());
        channels = newChannels();
        start(0);
        start(1);
    }

    private Channels newChannels() {
        return new Channels(
                "b" + ++boots, 1, new ChannelSettings(namespaces, 300_000, 1_000, 256L * 1024 * 1024, 5_000));
    }

    void start(int hub) {
        hubs[hub] = new Hub(limits, namespaces, ++lives);
        dead[hub] = false;
    }

    void kill(int hub) {
        dead[hub] = true;
        channels.forget(hub);
    }

    /** The owner forgets everything. */
    void restartOwner() {
        channels = newChannels();
    }

    String connect(long id, int hub, @Nullable String user, ClientFrame.@Nullable Resume resume) {
        Carrier carrier = new Carrier(id, Carrier.Form.WS_JSON);
        carriers.put(id, carrier);
        hubOf.put(id, hub);
        written.put(id, new ArrayList<>());
        accept(hub, new HubInput.Opened(carrier));
        accept(hub, new HubInput.Received(carrier, new ClientFrame.Connect(1, null, null, null, false, resume)));
        String session = resume == null ? null : resume.session();
        accept(
                hub,
                new HubInput.Verified(
                        carrier,
                        new ClientFrame.Connect(1, null, null, null, false, resume),
                        Principal.ofUser(user),
                        Principal.FOR_EVER,
                        session,
                        resume == null ? 1 : resume.turn(),
                        new HubInput.FreshIds("s" + ++sessions, "c" + sessions)));
        settle();
        return Objects.requireNonNull(carrier.session()).id();
    }

    void say(long id, Action action, @Nullable String data) {
        Payload state = data == null ? null : Payload.json(data.getBytes(StandardCharsets.UTF_8));
        say(id, new ClientFrame.Presence(++ids, "room", action, state, false));
    }

    void say(long id, ClientFrame frame) {
        accept(hub(id), new HubInput.Received(carrier(id), frame));
        settle();
    }

    void cut(long id) {
        accept(hub(id), new HubInput.Closed(carrier(id)));
        settle();
    }

    void stall(long id, boolean stalled) {
        accept(hub(id), stalled ? new HubInput.Stalled(carrier(id)) : new HubInput.Drained(carrier(id)));
        settle();
    }

    /** Moves a session from the first hub to the second. */
    void move(String session, long turn) {
        released.clear();
        accept(0, new HubInput.Release(session, turn, this));
        accept(1, new HubInput.Adopt(released.getFirst()));
    }

    void advance(long millis) {
        long target = now + millis;
        while (wakeAt() <= target) {
            now = Math.max(now, wakeAt());
            channels.tick(now);
            for (int hub = 0; hub < 2; hub++) {
                accept(hub, new HubInput.Tick());
            }
            settle();
            carriers.values().stream()
                    .filter(each -> !each.closed && each.session != null)
                    .forEach(each -> accept(hub(each.id()), new HubInput.Heard(each)));
        }
        now = target;
    }

    private long wakeAt() {
        long next = channels.wakeAt();
        for (int hub = 0; hub < 2; hub++) {
            next = dead[hub] ? next : Math.min(next, hubs[hub].wakeAt());
        }
        return next;
    }

    void letThrough() {
        firstHubSlow = false;
        work.addAll(heldBack);
        heldBack.clear();
        settle();
    }

    private int hub(long id) {
        return Objects.requireNonNull(hubOf.get(id));
    }

    Carrier carrier(long id) {
        return Objects.requireNonNull(carriers.get(id));
    }

    private void accept(int hub, HubInput input) {
        if (dead[hub]) {
            return;
        }
        hubs[hub].accept(input, now);
        for (HubOutput output = hubs[hub].poll(); output != null; output = hubs[hub].poll()) {
            perform(hub, output);
        }
    }

    private void perform(int hub, HubOutput output) {
        switch (output) {
            case HubOutput.Send(Carrier carrier, ServerFrame frame) -> write(carrier, frame);
            case HubOutput.Deliver deliver -> {
                for (int i = 0; i < deliver.count(); i++) {
                    Carrier carrier = deliver.carriers()[i];
                    ((LogSlice) deliver.slice())
                            .read((offset, bytes, start, length) ->
                                    write(carrier, Codec.of(Format.JSON).decodeStored(bytes, start, length)));
                }
            }
            case HubOutput.Released gone -> released.add(Objects.requireNonNull(gone.state()));
            case HubOutput.Ask(ChannelRequest request) -> {
                Runnable ask = () -> channels.accept(hub, request, now, now);
                if (hub == 0 && firstHubSlow) {
                    heldBack.add(ask);
                } else {
                    work.add(ask);
                }
            }
            default -> {}
        }
    }

    private void write(Carrier carrier, ServerFrame frame) {
        Objects.requireNonNull(written.get(carrier.id())).add(frame);
    }

    private void settle() {
        boolean busy = true;
        while (busy) {
            busy = false;
            for (Runnable next = work.poll(); next != null; next = work.poll()) {
                next.run();
                busy = true;
            }
            for (ChannelOutput.Reply reply = channels.poll(); reply != null; reply = channels.poll()) {
                accept(reply.hub(), new HubInput.Answered(reply.reply()));
                busy = true;
            }
            for (ChannelOutput.Moved moved = channels.moved(); moved != null; moved = channels.moved()) {
                long head = hubs[moved.hub()].headOf(moved.channel());
                if (head >= 0) {
                    accept(
                            moved.hub(),
                            new HubInput.Pushed(
                                    moved.channel(),
                                    moved.view().epoch(),
                                    moved.view().slice(head, moved.view().head(), Integer.MAX_VALUE)));
                }
                busy = true;
            }
        }
    }

    /** What was written to a carrier since the last time. */
    List<ServerFrame> take(long id) {
        List<ServerFrame> frames = Objects.requireNonNull(written.get(id));
        List<ServerFrame> taken = List.copyOf(frames);
        frames.clear();
        return taken;
    }

    /** The news of presence among what was written, in a few words: {@code +ann ~bob -cyd}. */
    List<String> news(long id) {
        List<String> news = new ArrayList<>();
        for (ServerFrame frame : take(id)) {
            if (frame instanceof ServerFrame.Changed changed) {
                changed.joined().forEach(each -> news.add("+" + name(each)));
                changed.updated().forEach(each -> news.add("~" + name(each)));
                changed.left().forEach(each -> news.add("-" + name(each)));
            }
        }
        return news;
    }

    private static String name(Member member) {
        return member.user() == null ? String.valueOf(member.client()) : member.user();
    }

    /** What an observer makes of frames, from a set that it had. */
    static void apply(ServerFrame frame, Map<String, Long> set, Map<String, Long> pages) {
        if (frame instanceof ServerFrame.Synced part) {
            part.members().forEach(each -> pages.put(name(each), each.version()));
            if (part.end()) {
                set.clear();
                set.putAll(pages);
                pages.clear();
            }
        } else if (frame instanceof ServerFrame.Changed changed) {
            changed.joined().forEach(each -> set.put(name(each), each.version()));
            changed.updated().forEach(each -> set.put(name(each), each.version()));
            changed.left().forEach(each -> set.remove(name(each)));
        }
    }

    static Map<String, Long> set(List<ServerFrame> frames) {
        Map<String, Long> set = new TreeMap<>();
        Map<String, Long> pages = new TreeMap<>();
        frames.forEach(frame -> apply(frame, set, pages));
        return set;
    }

    /** Somebody of the second hub observes. */
    void observer(long id) {
        connect(id, 1, null, null);
        say(id, Action.OBSERVE, null);
        take(id);
    }

    static ClientFrame.Resume resume(String session, long turn, @Nullable Position observed) {
        return new ClientFrame.Resume(
                session,
                turn,
                List.of(),
                observed == null ? List.of() : List.of(new ClientFrame.Observation("room", observed)));
    }
}
