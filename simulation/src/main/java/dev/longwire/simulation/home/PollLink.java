// SPDX-License-Identifier: Apache-2.0
package dev.longwire.simulation.home;

import dev.longwire.core.hub.Carrier;
import dev.longwire.protocol.ClientFrame;
import dev.longwire.protocol.CloseCode;
import dev.longwire.protocol.ErrorCode;
import dev.longwire.protocol.Poll;
import dev.longwire.protocol.ServerFrame;
import dev.longwire.simulation.ground.Fault;
import dev.longwire.simulation.ground.Ground;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A client's long-polling, as the protocol's text describes it: one poll is held, a second may bring frames; what is not
 * answered is asked for again with the same seq; answers are taken in the order of their seq.
 */
final class PollLink implements Link {

    private static final int MOST_ATTEMPTS = 5;
    private static final int MOST_FRAMES = 60;

    /** A poll without an answer. */
    private static final class Open {
        final Poll poll;
        int attempt;

        /** The attempt whose connection broke: if it has not arrived yet, it does not. */
        int broken;

        Open(Poll poll) {
            this.poll = poll;
        }
    }

    private final long id;
    private final Ground ground;
    private final Home home;
    private final int hub;
    private final ClientEnd client;
    private final Tap tap;
    private final ArrayDeque<ClientFrame> queued = new ArrayDeque<>();
    private final Map<Long, Open> open = new LinkedHashMap<>();
    private final Map<Long, List<ServerFrame>> arrived = new TreeMap<>();
    private @Nullable String session;
    private long turn;
    private long sent;
    private long processed;
    private boolean flushing;
    private boolean over;
    private boolean paused;
    private boolean upDead;
    private boolean downDead;

    PollLink(long id, Ground ground, Home home, int hub, ClientEnd client) {
        this.id = id;
        this.ground = ground;
        this.home = home;
        this.hub = hub;
        this.client = client;
        this.tap = home.tap();
    }

    @Override
    public long id() {
        return id;
    }

    /** The hub to which a poll without a session goes, however often it comes. */
    int hub() {
        return hub;
    }

    @Nullable
    String session() {
        return session;
    }

    long turn() {
        return turn;
    }

    @Override
    public boolean selfChecking() {
        return true;
    }

    // ---- the client's end

    @Override
    public void send(ClientFrame frame) {
        if (!over) {
            tap.sent(this, frame);
            queued.add(frame);
            flushSoon();
        }
    }

    @Override
    public void leave() {
        over = true;
    }

    private void flushSoon() {
        if (!flushing) {
            flushing = true;
            ground.agenda().in(ground.dice().below(3), () -> {
                flushing = false;
                flush();
            });
        }
    }

    private void flush() {
        boolean first = sent == 0;
        if (over || paused || !first && session == null) {
            return;
        }
        boolean room = sent - processed < ground.plan().limits().pollRequests();
        if (room && (!queued.isEmpty() || open.isEmpty() && !first)) {
            List<ClientFrame> frames = new ArrayList<>();
            while (!queued.isEmpty() && frames.size() < MOST_FRAMES) {
                frames.add(Wire.up(ground.plan(), Carrier.Form.POLL, queued.remove()));
            }
            long wait = ground.dice().pick(List.of(Poll.DEFAULT_WAIT, Poll.DEFAULT_WAIT, 2_000L, 700L, 300L, 40L));
            Open next = new Open(new Poll(session, ++sent, processed, wait, false, frames));
            open.put(sent, next);
            attempt(next);
        }
    }

    private void attempt(Open request) {
        if (++request.attempt > MOST_ATTEMPTS) {
            ground.counters().count("polls given up");
            end(null);
            return;
        }
        if (request.attempt > 1) {
            ground.counters().count("polls repeated");
            request.poll.frames().forEach(frame -> tap.sentAgain(this, frame));
        }
        int attempt = request.attempt;
        boolean lost = upDead || ground.strikes(Fault.POLL_LOSS, 6);
        if (!lost) {
            long lag = ground.strikes(Fault.POLL_LOSS, 4) ? ground.dice().between(50, 900) : 0;
            ground.agenda().in(ground.latency() + lag, () -> {
                if (request.broken != attempt) {
                    home.polled(this, request.poll, attempt);
                }
            });
        } else if (ground.dice().chance(50)) {
            retry(request, attempt, ground.dice().between(5, 100));
        }
        if (ground.strikes(Fault.POLL_STALE, 1) && ground.dice().chance(20)) {
            ground.agenda().in(ground.dice().between(300, 4_000), () -> {
                ground.counters().count("stale polls");
                request.poll.frames().forEach(frame -> tap.sentAgain(this, frame));
                home.polled(this, request.poll, -1);
            });
        }
        retry(request, attempt, patience(request.poll));
    }

    private long patience(Poll poll) {
        long wait =
                poll.waitMillis() == Poll.DEFAULT_WAIT ? ground.plan().limits().pollWaitMillis() : poll.waitMillis();
        return wait + 1_300;
    }

    private void retry(Open request, int attempt, long delayMillis) {
        ground.agenda().in(delayMillis, () -> {
            if (!over && open.get(request.poll.seq()) == request && request.attempt == attempt) {
                attempt(request);
            }
        });
    }

    // ---- the home's end

    void answered(Exchange exchange, long seq, List<ServerFrame> frames, @Nullable ErrorCode refused) {
        long delay = ground.latency();
        Open request = open.get(exchange.poll().seq());
        if (downDead || ground.strikes(Fault.POLL_LOSS, 6)) {
            ground.counters().count("answers lost");
            if (request != null && ground.dice().chance(50)) {
                retry(request, exchange.attempt(), ground.dice().between(5, 100));
            }
            return;
        }
        ground.agenda().in(delay, () -> {
            if (!over && request != null && open.get(seq) == request && request.attempt == exchange.attempt()) {
                take(seq, frames, refused);
            }
        });
    }

    /** The connection broke at the home's end. */
    void lost(Exchange exchange) {
        Open request = open.get(exchange.poll().seq());
        if (request != null) {
            retry(request, exchange.attempt(), ground.dice().between(1, 50));
        }
    }

    private void take(long seq, List<ServerFrame> frames, @Nullable ErrorCode refused) {
        ground.story().tell(() -> this + " answer " + seq + " " + refused + " " + frames.size() + " frames");
        if (refused == ErrorCode.REQUEST_TIMEOUT) {
            Open request = open.get(seq);
            if (request != null) {
                attempt(request);
            }
            return;
        }
        if (refused != null) {
            end(refused == ErrorCode.SESSION_GONE ? CloseCode.EXPIRED : null);
            return;
        }
        open.remove(seq);
        arrived.put(seq, frames);
        process();
    }

    private void process() {
        while (!over && !paused) {
            List<ServerFrame> frames = arrived.remove(processed + 1);
            if (frames == null) {
                break;
            }
            processed++;
            ground.counters().count(frames.isEmpty() ? "polls answered empty" : "polls answered");
            frames.forEach(this::hand);
        }
        flushSoon();
    }

    private void hand(ServerFrame frame) {
        if (over) {
            return;
        }
        if (frame instanceof ServerFrame.Connected connected) {
            session = connected.session();
            turn = connected.turn();
        }
        tap.saw(this, frame);
        client.came(this, frame);
        if (frame instanceof ServerFrame.Disconnect goodbye) {
            end(goodbye.code());
        }
    }

    private void end(@Nullable CloseCode code) {
        if (!over) {
            over = true;
            client.closed(this, code);
        }
    }

    // ---- the weather

    @Override
    public boolean alive() {
        return !over;
    }

    /** The polls that are open lose their connections; the client asks again, or waits until it has no more patience. */
    @Override
    public void cut(boolean clientNotices, boolean serverNotices) {
        for (Open request : List.copyOf(open.values())) {
            int attempt = request.attempt;
            request.broken = attempt;
            if (serverNotices) {
                ground.agenda().in(ground.dice().below(30), () -> home.pollGone(this, request.poll.seq(), attempt));
            }
            if (clientNotices) {
                retry(request, attempt, ground.dice().between(1, 30));
            }
        }
    }

    @Override
    public void goDeaf(boolean up, boolean down) {
        upDead |= up;
        downDead |= down;
    }

    @Override
    public void stall(long millis) {
        paused = true;
        ground.agenda().in(millis, () -> {
            paused = false;
            process();
        });
    }

    @Override
    public int inFlight() {
        return 0;
    }

    @Override
    public String toString() {
        return "polls" + id;
    }
}
