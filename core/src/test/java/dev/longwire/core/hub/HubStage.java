// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.hub;

import dev.longwire.core.Limits;
import dev.longwire.core.Principal;
import dev.longwire.core.channel.ChannelOutput;
import dev.longwire.core.channel.ChannelRequest;
import dev.longwire.core.channel.ChannelSettings;
import dev.longwire.core.channel.Channels;
import dev.longwire.core.log.LogSlice;
import dev.longwire.core.log.LogView;
import dev.longwire.core.state.StateReader;
import dev.longwire.core.state.StateWriter;
import dev.longwire.protocol.ClientFrame;
import dev.longwire.protocol.ClientFrame.Connect;
import dev.longwire.protocol.ClientFrame.Extras;
import dev.longwire.protocol.ClientFrame.Resume;
import dev.longwire.protocol.Payload;
import dev.longwire.protocol.Position;
import dev.longwire.protocol.ServerFrame;
import dev.longwire.protocol.Want;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One hub and one owner of channels; what reaches each carrier is written down in a few words. */
final class HubStage {

    private final Limits limits;
    private final Channels channels = new Channels("b", 1, ChannelSettings.DEFAULT);
    private final ArrayDeque<ChannelRequest> toOwner = new ArrayDeque<>();
    private final ArrayDeque<HubOutput.Verify> toVerify = new ArrayDeque<>();
    private final ArrayDeque<HubOutput.Reverify> toReverify = new ArrayDeque<>();
    private final Map<String, Principal> tokens = new LinkedHashMap<>();
    private final Map<Long, Carrier> carriers = new LinkedHashMap<>();
    private final Map<Long, List<String>> written = new LinkedHashMap<>();
    private Hub hub;
    private long now = 1_000;
    private boolean holding;
    private boolean ownerHeld;
    private boolean hintsDropped;
    private int sessions;
    private long ids = 1_000;
    private @Nullable LogView view;
    private byte @Nullable [] released;

    HubStage(Limits limits) {
        this.limits = limits;
        this.hub = new Hub(limits);
    }

    // ---- frames

    static Connect connectFrame(String user, @Nullable Resume resume) {
        return new Connect(1, user, "test", null, false, resume);
    }

    static Want want(String channel, @Nullable Position since) {
        return new Want(channel, since, 0, false);
    }

    static ClientFrame subscribe(long id, String channel, @Nullable Position since) {
        return new ClientFrame.Subscribe(id, want(channel, since), false);
    }

    static Resume resume(String session, long turn, String channel, @Nullable Position since) {
        return new Resume(session, turn, List.of(want(channel, since)));
    }

    static Resume resume(String session, long turn) {
        return new Resume(session, turn, List.of());
    }

    static ClientFrame publishFrame(long id, @Nullable String key, boolean retry) {
        Payload payload = Payload.json(("\"" + id + "\"").getBytes(StandardCharsets.UTF_8));
        return new ClientFrame.Publish(id, "chat", payload, new Extras(key, null, Map.of()), retry);
    }

    // ---- acts

    Carrier carrier(long id) {
        return Objects.requireNonNull(carriers.get(id));
    }

    int sessions() {
        return hub.sessionCount();
    }

    void open(long id) {
        Carrier carrier = new Carrier(id, Carrier.Form.WS_JSON);
        carrier.attach(id);
        carriers.put(id, carrier);
        accept(new HubInput.Opened(carrier));
    }

    /** Opens a carrier and connects; returns the session that it serves. */
    String connect(long id, String user, @Nullable Resume resume) {
        open(id);
        say(id, connectFrame(user, resume));
        settle();
        Session session = carrier(id).session();
        return session == null ? "" : session.id();
    }

    /** What a token means from now on. */
    void token(String token, Principal principal) {
        tokens.put(token, principal);
    }

    long now() {
        return now;
    }

    void say(long id, ClientFrame frame) {
        accept(new HubInput.Received(carrier(id), frame));
    }

    /** Publishes so many messages to the channel "chat"; the answers are not written down. */
    void publish(long id, int count) {
        for (int i = 0; i < count; i++) {
            int before = lines(id).size();
            say(id, publishFrame(++ids, null, false));
            settle();
            List<String> lines = lines(id);
            for (int line = lines.size() - 1; line >= before; line--) {
                if (lines.get(line).startsWith("published")) {
                    lines.remove(line);
                }
            }
        }
    }

    void hold(boolean verifications) {
        holding = verifications;
    }

    void holdOwner(boolean held) {
        ownerHeld = held;
    }

    void dropHints(boolean dropped) {
        hintsDropped = dropped;
    }

    /** A push that does not start where the hub stands. */
    void pushFrom(long from) {
        LogView newest = Objects.requireNonNull(view);
        accept(new HubInput.Pushed("chat", newest.epoch(), newest.slice(from, newest.head(), Integer.MAX_VALUE)));
    }

    void advance(long millis) {
        now += millis;
        accept(new HubInput.Tick());
    }

    byte @Nullable [] release(String session, long turn) {
        released = null;
        accept(new HubInput.Release(session, turn, this));
        return released;
    }

    void sleep() {
        StateWriter out = new StateWriter();
        hub.write(out, now);
        hub = new Hub(limits);
        hub.read(new StateReader(out.toBytes()), now, id -> id);
        hub.carriers().forEach(carrier -> carriers.put(carrier.id(), carrier));
    }

    // ---- what came of it

    /** What was written to a carrier since the last time. */
    List<String> take(long id) {
        List<String> taken = List.copyOf(lines(id));
        lines(id).clear();
        return taken;
    }

    /** Of that, the offsets of messages only. */
    List<String> messages(long id) {
        return take(id).stream()
                .filter(line -> Character.isDigit(line.charAt(0)))
                .toList();
    }

    private List<String> lines(long id) {
        return written.computeIfAbsent(id, unused -> new ArrayList<>());
    }

    private void write(Carrier carrier, String line) {
        lines(carrier.id()).add(line);
    }

    // ---- the loop

    void accept(HubInput input) {
        hub.accept(input, now);
        for (HubOutput output = hub.poll(); output != null; output = hub.poll()) {
            perform(output);
        }
    }

    /** Verifies, asks the owner and answers until there is nothing more to do. */
    void settle() {
        boolean busy = true;
        while (busy) {
            busy = false;
            while (!holding && !toVerify.isEmpty()) {
                verify(toVerify.remove());
                busy = true;
            }
            while (!holding && !toReverify.isEmpty()) {
                verify(toReverify.remove());
                busy = true;
            }
            while (!ownerHeld && !toOwner.isEmpty()) {
                channels.accept(0, toOwner.remove(), now, now);
                busy = true;
            }
            for (ChannelOutput.Reply reply = channels.poll(); reply != null; reply = channels.poll()) {
                accept(new HubInput.Answered(reply.reply()));
                busy = true;
            }
            for (ChannelOutput.Moved moved = channels.moved(); moved != null; moved = channels.moved()) {
                moved(moved);
                busy = true;
            }
        }
    }

    private void moved(ChannelOutput.Moved moved) {
        view = moved.view();
        long head = hub.headOf(moved.channel());
        if (!hintsDropped && head >= 0) {
            accept(new HubInput.Pushed(
                    moved.channel(),
                    moved.view().epoch(),
                    moved.view().slice(head, moved.view().head(), Integer.MAX_VALUE)));
        }
    }

    private void verify(HubOutput.Verify verify) {
        Connect connect = verify.connect();
        Resume resume = connect.resume();
        String session = resume == null ? null : resume.session();
        long turn = resume == null ? 1 : resume.turn();
        String fresh = "s" + ++sessions;
        Principal principal = principal(Objects.requireNonNull(connect.token()));
        accept(new HubInput.Verified(
                carrier(verify.carrier().id()),
                connect,
                principal,
                principal.lifeMillis(now),
                session,
                turn,
                new HubInput.FreshIds(fresh, "c" + sessions)));
    }

    private void verify(HubOutput.Reverify asked) {
        Principal principal = principal(asked.refresh().token());
        accept(new HubInput.Renewed(
                asked.session(), asked.turn(), asked.refresh(), principal, principal.lifeMillis(now)));
    }

    /** A token is its user's name, unless somebody said what it means. */
    private Principal principal(String token) {
        return tokens.getOrDefault(token, Principal.ofUser(token));
    }

    private void perform(HubOutput output) {
        switch (output) {
            case HubOutput.Send(Carrier carrier, ServerFrame frame) -> write(carrier, text(frame));
            case HubOutput.Deliver deliver -> {
                for (int i = 0; i < deliver.count(); i++) {
                    Carrier carrier = deliver.carriers()[i];
                    ((LogSlice) deliver.slice())
                            .read((offset, bytes, start, length) -> write(carrier, Long.toString(offset)));
                }
            }
            case HubOutput.Close close ->
                write(close.carrier(), "close " + close.code().wire());
            case HubOutput.Probe probe -> write(probe.carrier(), "probe");
            case HubOutput.Finish finish -> write(finish.carrier(), "finish " + finish.seq());
            case HubOutput.Reject reject ->
                write(reject.carrier(), "reject " + reject.code().wire());
            case HubOutput.Released gone -> released = gone.state();
            case HubOutput.Ended ended -> {}
            case HubOutput.LimitHit hit -> {}
            case HubOutput.Consult consult -> {}
            case HubOutput.Astray astray -> {}
            case HubOutput.Stray stray -> {}
            case HubOutput.Verify verify -> toVerify.add(verify);
            case HubOutput.Reverify asked -> toReverify.add(asked);
            case HubOutput.Ask ask -> toOwner.add(ask.request());
        }
    }

    private static String text(ServerFrame frame) {
        return switch (frame) {
            case ServerFrame.Connected connected -> "connected resumed=" + connected.resumed();
            case ServerFrame.Subscribed subscribed ->
                "subscribed " + subscribed.channel() + " " + subscribed.head().offset()
                        + (subscribed.recovered() ? " recovered" : "") + " replay " + subscribed.replay();
            case ServerFrame.Unsubscribed unsubscribed ->
                "unsubscribed " + unsubscribed.channel() + (unsubscribed.id() == 0 ? " " + unsubscribed.reason() : "");
            case ServerFrame.Refreshed refreshed -> refreshed.id() == 0 ? "refresh wanted" : "refreshed";
            case ServerFrame.Published published ->
                "published " + published.position().offset();
            case ServerFrame.Error error -> "error " + error.code().wire();
            case ServerFrame.Disconnect goodbye ->
                "disconnect " + goodbye.code().wire()
                        + (goodbye.retryAfterMillis() > 0 ? " after " + goodbye.retryAfterMillis() : "");
            case ServerFrame.Pong pong -> "pong";
            default -> frame.toString();
        };
    }
}
