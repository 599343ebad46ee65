// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.loop;

import dev.longwire.core.channel.ChannelOutput;
import dev.longwire.core.channel.ChannelReply;
import dev.longwire.core.channel.ChannelRequest;
import dev.longwire.core.channel.ChannelRequest.Tag;
import dev.longwire.core.channel.ChannelSettings;
import dev.longwire.core.channel.Channels;
import dev.longwire.core.deadline.Deadlines;
import dev.longwire.core.event.Event;
import dev.longwire.core.event.EventType;
import dev.longwire.core.hub.Carrier;
import dev.longwire.core.hub.Hub;
import dev.longwire.core.hub.HubInput;
import dev.longwire.core.hub.HubOutput;
import dev.longwire.core.log.LogSlice;
import dev.longwire.core.log.LogView;
import dev.longwire.protocol.ServerFrame;
import dev.longwire.server.auth.Tickets;
import dev.longwire.server.config.ServerConfig;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One event loop: one hub, and one owner of the channels whose names fall to it.
 *
 * <p>Whatever happens on the loop is given to the hub at once; what grows the logs is delivered at the end of the turn,
 * after all sockets that were ready have been read, so that the publishes of a turn become one slice and one write per
 * subscriber, and each connection is flushed once.
 *
 * <p>Threads: everything but {@link #post}, {@link #grew} and {@link #executor} on the loop's own.
 */
public final class Loop {

    /** A slice that is pushed at once is at most so long: about what a connection may have unsent. */
    private static final int PUSH_BYTES = 64 * 1024;

    private final int number;
    private final Loops loops;
    private final EventLoop executor;
    private final Hub hub;
    private final Channels channels;
    private final Tickets tickets;
    private final Door door;
    private final ArrayDeque<HubInput> inbox = new ArrayDeque<>();
    private final List<Line> touched = new ArrayList<>();
    private final Mailbox mailbox = new Mailbox();
    private final List<@Nullable List<Runnable>> outgoing = new ArrayList<>();
    private final Deadlines requests;
    private final Deadlines idle;
    private final Deadlines messages;
    private final List<Push> pushes = new ArrayList<>();
    private final Counter counter = new Counter();
    private final List<Event> told = new ArrayList<>();

    /**
     * Logs that grew after an owner confirmed this hub's interest, but of which the hub has heard before the confirmation:
     * the two come by different ways. They are looked at again in the turn that the confirmation brings.
     */
    private final Map<String, LogView> early = new LinkedHashMap<>();

    /** Whether what is delivered now is all that this turn delivers: then each connection is flushed while it is hot. */
    private boolean alone;

    private boolean running;
    private boolean turnWanted;
    private long nextCarrier;
    private long wakeAt = Deadlines.NEVER;
    private @Nullable Future<?> alarm;
    private @Nullable Compression compression;

    /** A log that has grown, as its owner shows it. */
    private record Push(String channel, LogView view) {}

    Loop(int number, Loops loops, EventLoop executor, ChannelSettings channels) {
        ServerConfig config = loops.config();
        this.number = number;
        this.loops = loops;
        this.executor = executor;
        this.hub = new Hub(
                config.session(), config.namespaces(), loops.authorizers().hooks(), 0);
        this.channels = new Channels(loops.boot(), loops.seed(), channels);
        want(loops.journal().wanted());
        this.tickets = new Tickets(loops.ticketKey());
        this.door = new Door(this, loops);
        this.requests = new Deadlines(config.network().requestMillis());
        this.idle = new Deadlines(config.network().idleMillis());
        this.messages = new Deadlines(config.network().messageMillis());
    }

    public int number() {
        return number;
    }

    public EventLoop executor() {
        return executor;
    }

    public Loops loops() {
        return loops;
    }

    public Hub hub() {
        return hub;
    }

    public Channels channels() {
        return channels;
    }

    public Tickets tickets() {
        return tickets;
    }

    /** What compresses the messages of its connections; it is made for the first that wants it. */
    public Compression compression() {
        if (compression == null) {
            compression = new Compression(loops.config().engine().deflateFrom());
        }
        return compression;
    }

    /** When its thread has ended. */
    void end() {
        if (compression != null) {
            compression.end();
        }
    }

    /** HTTP requests that are arriving; see {@link Patient}. */
    public Deadlines requests() {
        return requests;
    }

    /** HTTP connections that are kept alive. */
    public Deadlines idle() {
        return idle;
    }

    /** WebSocket messages that are arriving. */
    public Deadlines messages() {
        return messages;
    }

    public static long nowMillis() {
        return System.nanoTime() / 1_000_000;
    }

    public ByteBufAllocator allocator() {
        return ByteBufAllocator.DEFAULT;
    }

    /** A carrier of this loop whose bytes the line moves. */
    public Carrier carrier(Carrier.Form form, Line line) {
        Carrier carrier = new Carrier(++nextCarrier, form);
        carrier.attach(line);
        return carrier;
    }

    /** With a sealed ticket in place of the session's plain id. */
    public ServerFrame.Connected sealed(ServerFrame.Connected frame) {
        return frame.sealed(tickets.seal(frame.session(), frame.turn()));
    }

    /** Gives the hub an input, and does what it says. */
    public void accept(HubInput input) {
        inbox.add(input);
        if (!running) {
            running = true;
            try {
                run();
            } finally {
                running = false;
            }
        }
        wantTurn();
    }

    private void run() {
        long now = nowMillis();
        for (HubInput input = inbox.poll(); input != null; input = inbox.poll()) {
            hub.accept(input, now);
            for (HubOutput output = hub.poll(); output != null; output = hub.poll()) {
                execute(output);
            }
        }
    }

    private void execute(HubOutput output) {
        switch (output) {
            case HubOutput.Deliver deliver -> deliver(deliver);
            case HubOutput.Send send -> {
                Line line = line(send.carrier());
                if (line.send(send.frame())) {
                    touched.add(line);
                }
                count(send.frame());
                stall(send.carrier(), line);
            }
            case HubOutput.Ask ask -> ask(ask.request());
            case HubOutput.Close close -> line(close.carrier()).close(close.code());
            case HubOutput.Finish finish -> line(finish.carrier()).finish(finish.seq());
            case HubOutput.Reject reject -> line(reject.carrier()).reject(reject.code());
            case HubOutput.Probe probe -> line(probe.carrier()).probe();
            case HubOutput.Verify verify -> door.verify(verify.carrier(), verify.connect());
            case HubOutput.Reverify asked -> door.verify(asked);
            case HubOutput.Consult consult -> door.consult(consult.question());
            case HubOutput.Astray astray -> door.astray(astray.decided());
            case HubOutput.Released released -> door.released(released);
            case HubOutput.Stray stray -> stray(stray.reply());
            case HubOutput.LimitHit hit -> loops.metrics().limitHit(hit.limit());
            case HubOutput.Ended ended -> loops.homes().end(ended.session(), this);
        }
    }

    private void count(ServerFrame frame) {
        loops.metrics().sent();
        if (frame instanceof ServerFrame.Published published && !published.duplicate()) {
            loops.metrics().published();
        }
    }

    static Line line(Carrier carrier) {
        return (Line) Objects.requireNonNull(carrier.attachment());
    }

    private void deliver(HubOutput.Deliver deliver) {
        Rendering messages = new Rendering(allocator(), (LogSlice) deliver.slice(), deliver.epoch());
        Carrier[] carriers = deliver.carriers();
        int count = deliver.count();
        for (int i = 0; i < count; i++) {
            Line line = line(carriers[i]);
            boolean first = line.deliver(messages);
            if (alone) {
                line.flush();
            } else if (first) {
                touched.add(line);
            }
            stall(carriers[i], line);
        }
        loops.metrics().delivered(messages.count() * count);
        loops.metrics().bytesOut(messages.bytesTaken());
        messages.release();
    }

    /**
     * A carrier that takes nothing more is known to the hub before it says anything else. This input only sets a mark,
     * so it may come while outputs are being drained.
     */
    private void stall(Carrier carrier, Line line) {
        if (line.congested()) {
            line.flush();
            if (line.congested()) {
                hub.accept(new HubInput.Stalled(carrier), nowMillis());
            }
        }
    }

    private void ask(ChannelRequest request) {
        Loop owner = loops.ownerOf(request.channel());
        if (owner == this) {
            asked(number, request);
        } else {
            later(owner, () -> owner.asked(number, request));
        }
    }

    /** A request over the counter to the owner on this loop. */
    void serve(Tag tag, ChannelRequest request, Consumer<ChannelReply> then) {
        counter.expect(tag, then);
        asked(Counter.NUMBER, request);
    }

    /** A hub's request to the owner on this loop. */
    private void asked(int from, ChannelRequest request) {
        channels.accept(from, request, nowMillis(), System.currentTimeMillis());
        for (ChannelOutput.Reply reply = channels.poll(); reply != null; reply = channels.poll()) {
            if (reply.hub() == Counter.NUMBER) {
                counter.answered(reply.reply());
            } else if (reply.hub() == number) {
                inbox.add(new HubInput.Answered(reply.reply()));
            } else {
                ChannelReply answer = reply.reply();
                Loop hubs = loops.at(reply.hub());
                later(hubs, () -> hubs.accept(new HubInput.Answered(answer)));
            }
        }
        if (!running && !inbox.isEmpty()) {
            accept(inbox.remove());
        }
        wantTurn();
    }

    private void stray(ChannelReply reply) {
        Loop home = loops.homeOf(reply.tag().session());
        if (home != null && home != this) {
            later(home, () -> home.accept(new HubInput.Answered(reply)));
        }
    }

    /** Runs it on another loop, together with whatever else this turn has for that loop. */
    void later(Loop other, Runnable task) {
        while (outgoing.size() <= other.number) {
            outgoing.add(null);
        }
        List<Runnable> batch = outgoing.get(other.number);
        if (batch == null) {
            batch = new ArrayList<>();
            outgoing.set(other.number, batch);
        }
        batch.add(task);
        wantTurn();
    }

    /** Runs it on this loop, from any thread. */
    public void post(Runnable task) {
        executor.execute(task);
    }

    /** A log of another loop has grown; from any thread. */
    void grew(String channel, LogView view) {
        if (mailbox.put(channel, view)) {
            executor.execute(this::wantTurn);
        }
    }

    private void wantTurn() {
        if (!turnWanted) {
            turnWanted = true;
            // Runs when the sockets that are ready now have been read.
            executor.execute(this::turn);
        }
    }

    /** What happens during a turn is part of it: no other turn is wanted for that. */
    private void turn() {
        turnWanted = true;
        try {
            early.forEach((channel, view) -> pushes.add(new Push(channel, view)));
            early.clear();
            mailbox.empty((channel, view) -> pushes.add(new Push(channel, view)));
            for (ChannelOutput.Moved moved = channels.moved(); moved != null; moved = channels.moved()) {
                if (moved.hub() == number) {
                    pushes.add(new Push(moved.channel(), moved.view()));
                } else {
                    loops.at(moved.hub()).grew(moved.channel(), moved.view());
                }
            }
            alone = pushes.size() == 1;
            for (int i = 0; i < pushes.size(); i++) {
                push(pushes.get(i).channel, pushes.get(i).view);
            }
            pushes.clear();
            alone = false;
            accept(new HubInput.Settle());
            for (int i = 0; i < touched.size(); i++) {
                touched.get(i).flush();
            }
            touched.clear();
            tell();
            send();
            setAlarm();
        } finally {
            // Also when something failed: the next turn is not to repeat it.
            pushes.clear();
            alone = false;
            turnWanted = false;
        }
    }

    /** What its hub and its channels tell of from now on. */
    void want(Set<EventType> types) {
        hub.events().want(types);
        channels.events().want(types);
    }

    /** Before anything is passed on to other loops: a session that moves goes on there after what was told of it here. */
    private void tell() {
        hub.events().drainTo(told);
        channels.events().drainTo(told);
        if (!told.isEmpty()) {
            loops.journal().append(told, System.currentTimeMillis());
            told.clear();
        }
    }

    private void push(String channel, LogView view) {
        long from = hub.headOf(channel);
        if (from < 0 && hub.subscribersOf(channel) > 0) {
            early.put(channel, view);
        }
        while (from >= 0 && from < view.head()) {
            accept(new HubInput.Pushed(channel, view.epoch(), view.slice(from, view.head(), PUSH_BYTES)));
            long reached = hub.headOf(channel);
            if (reached <= from) {
                return; // The hub reads what it lacks.
            }
            from = reached;
        }
    }

    private void send() {
        for (int i = 0; i < outgoing.size(); i++) {
            List<Runnable> batch = outgoing.get(i);
            if (batch != null) {
                outgoing.set(i, null);
                loops.at(i).post(() -> batch.forEach(Runnable::run));
            }
        }
    }

    /**
     * Tells every client when to come back, and closes connections on which nothing is going on. Whatever logs of other
     * loops grew by before this was asked for goes to the clients first: who published it has been told that it is
     * there.
     */
    public void drain(long spreadMillis) {
        turn();
        expire(idle, Deadlines.NEVER);
        accept(new HubInput.Drain(spreadMillis));
    }

    /** Looks again when the next time-out is due: one was started outside a turn. */
    public void alarm() {
        setAlarm();
    }

    private void setAlarm() {
        long next = Math.min(hub.wakeAt(), channels.wakeAt());
        next = Math.min(next, Math.min(messages.next(), Math.min(requests.next(), idle.next())));
        if (next >= wakeAt) {
            return;
        }
        if (alarm != null) {
            alarm.cancel(false);
        }
        wakeAt = next;
        alarm = executor.schedule(this::tick, Math.max(0, next - nowMillis()), TimeUnit.MILLISECONDS);
    }

    private void tick() {
        wakeAt = Deadlines.NEVER;
        alarm = null;
        long now = nowMillis();
        channels.tick(now);
        expire(requests, now);
        expire(idle, now);
        expire(messages, now);
        accept(new HubInput.Tick());
    }

    private static void expire(Deadlines list, long now) {
        for (var due = list.expired(now); due != null; due = list.expired(now)) {
            Deadlines.stop(due);
            ((Patient) due).expired();
        }
    }
}
