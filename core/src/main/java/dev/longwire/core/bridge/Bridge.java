// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.bridge;

import dev.longwire.core.bridge.BridgeOutput.Refusal;
import dev.longwire.core.bridge.BridgeOutput.ServerHead;
import dev.longwire.core.deadline.Deadlines;
import dev.longwire.core.state.StateReader;
import dev.longwire.core.state.StateWriter;
import dev.longwire.protocol.bridge.Body;
import dev.longwire.protocol.bridge.ClientHead;
import dev.longwire.protocol.bridge.Piece;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One socket between a client that comes and goes and an upstream that must not notice: the server's end.
 *
 * <p>Pieces are numbered in either direction. What goes down is kept until the client confirms it, and the upstream is not
 * read while too much is kept. What comes up is forwarded once, whatever comes twice, and confirmed when the upstream took
 * it. Each attempt to attach has a turn; within a turn nothing is sent twice, and a new turn begins after what is confirmed.
 * Nothing is ever skipped: what can't go on is closed.
 *
 * <p>A machine: {@link #accept}, then {@link #poll} until there is nothing, and again at {@link #wakeAt}. It speaks to
 * carriers on {@link BridgeInput.Settle}, so that what happens at once is said at once.
 */
public final class Bridge {

    private enum Phase {
        /** The upstream has not answered. */
        OPENING,
        OPEN,
        /** The client's close is forwarded. */
        CLOSING,
        /** The last piece downwards is made. */
        ENDED
    }

    /** How long a session that has ended is remembered, so that a late copy of its first poll does not open another. */
    private static final long REMEMBER_MILLIS = 30_000;

    private final BridgeLimits limits;
    private final ArrayDeque<BridgeOutput> outputs = new ArrayDeque<>();
    private final Upward upward;
    private final Polls polls = new Polls();
    private Outgoing down = new Outgoing();
    private Phase phase = Phase.OPENING;
    private long turn;
    private @Nullable Object socket;

    /** Whether the carriers of this turn have not been told anything yet. */
    private boolean first = true;

    /** What the client is known to know of {@link Upward#taken}. */
    private long told;

    private long ping;
    private boolean reading = true;
    private long arriving;
    private long absentSince;
    private boolean forgotten;

    public Bridge(BridgeLimits limits, long nowMillis) {
        this.limits = limits;
        this.upward = new Upward(limits);
        this.absentSince = nowMillis;
    }

    public void accept(BridgeInput input, long nowMillis) {
        switch (input) {
            case BridgeInput.Attached attached -> attach(attached.carrier(), attached.body());
            case BridgeInput.Received received -> received(received.carrier(), received.body());
            case BridgeInput.Polled polled -> polled(polled.poll(), polled.body(), nowMillis);
            case BridgeInput.Gone gone -> gone(gone.carrier(), nowMillis);
            case BridgeInput.Opened opened -> opened(opened.subprotocol());
            case BridgeInput.Arrived arrived -> arrived(arrived.part());
            case BridgeInput.Taken taken -> upward.took(taken.pieces());
            case BridgeInput.Ended ended -> end(ended.code(), ended.reason());
            case BridgeInput.Settle settle -> settle(nowMillis);
            case BridgeInput.Shutdown shutdown -> {
                if (phase != Phase.ENDED) {
                    outputs.add(new BridgeOutput.CloseUpstream(1001, ""));
                    end(Piece.Close.LOST, "");
                }
            }
        }
    }

    public @Nullable BridgeOutput poll() {
        return outputs.poll();
    }

    /** When it wants to {@link BridgeInput.Settle settle} at the latest. */
    public long wakeAt() {
        if (forgotten) {
            return Deadlines.NEVER;
        }
        return absent() ? absentSince + patience() : polls.dueAt();
    }

    /** Whether the upstream is, or may come to be, connected. */
    public boolean alive() {
        return phase != Phase.ENDED;
    }

    private boolean absent() {
        return socket == null && polls.isEmpty();
    }

    private long patience() {
        boolean over = phase == Phase.ENDED && !down.hasMore() && down.cost() == 0;
        return over ? Math.min(REMEMBER_MILLIS, limits.windowMillis()) : limits.windowMillis();
    }

    private void attach(Object carrier, Body body) {
        if (body.head().turn() <= turn || forgotten) {
            reject(carrier, forgotten ? Refusal.GONE : Refusal.REPLACED);
            return;
        }
        begin(body.head());
        socket = carrier;
        heard(carrier, body);
    }

    /** Whoever had the session has it no more. */
    private void begin(ClientHead head) {
        if (socket != null) {
            reject(socket, Refusal.REPLACED);
        }
        polls.dismiss(poll -> reject(poll, Refusal.REPLACED));
        socket = null;
        turn = head.turn();
        first = true;
        ping = 0;
        told = Math.max(0, head.from() - 1);
        down.confirm(Math.min(head.ack(), down.last()));
        down.rewind();
    }

    private void received(Object carrier, Body body) {
        if (carrier.equals(socket)) {
            heard(carrier, body);
        }
    }

    private void polled(Object poll, Body body, long nowMillis) {
        ClientHead head = body.head();
        if (forgotten || head.turn() < turn || head.turn() == turn && socket != null) {
            reject(poll, forgotten ? Refusal.GONE : Refusal.REPLACED);
            return;
        }
        if (head.turn() > turn) {
            begin(head);
            polls.begin();
        }
        if (polls.add(poll, head.seq(), nowMillis + Math.min(head.waitMillis(), limits.waitMillis()))) {
            down.confirm(Math.min(head.ack(), down.last()));
            down.rewind();
        }
        heard(poll, body);
    }

    private void heard(Object carrier, Body body) {
        ClientHead head = body.head();
        if (!down.confirm(head.ack()) || !upward.follows(head.from())) {
            drop(carrier, Refusal.ORDER);
            return;
        }
        ping = Math.max(ping, head.ping());
        long number = head.from() > 0 ? head.from() : upward.next();
        for (Piece piece : body.pieces()) {
            if (upward.isNew(number++)) {
                forward(carrier, piece);
            }
        }
    }

    private void forward(Object carrier, Piece piece) {
        if (phase == Phase.OPENING && piece instanceof Piece.Part) {
            // Nobody sends before it knows that there is somebody to send to.
            drop(carrier, Refusal.ORDER);
            return;
        }
        Upward.Verdict verdict = upward.add(piece);
        if (phase == Phase.ENDED || phase == Phase.CLOSING) {
            upward.pass();
        } else if (verdict != Upward.Verdict.FINE) {
            int code = verdict == Upward.Verdict.TOO_LONG ? 1009 : 1008;
            outputs.add(new BridgeOutput.CloseUpstream(code, ""));
            end(code, "");
        } else if (piece instanceof Piece.Part part) {
            outputs.add(new BridgeOutput.Forward(part));
        } else if (piece instanceof Piece.Close close) {
            upward.pass();
            close(close);
        }
    }

    private void close(Piece.Close close) {
        outputs.add(new BridgeOutput.CloseUpstream(close.code(), close.reason()));
        if (phase == Phase.OPENING) {
            end(Piece.Close.ABNORMAL, "");
        } else {
            phase = Phase.CLOSING;
        }
    }

    private void opened(String subprotocol) {
        if (phase == Phase.OPENING) {
            phase = Phase.OPEN;
            add(new Piece.Opened(subprotocol));
        }
    }

    private void arrived(Piece.Part part) {
        if (phase != Phase.OPEN && phase != Phase.CLOSING) {
            return;
        }
        arriving += part.bytes().length;
        if (arriving > limits.messageBytes()) {
            outputs.add(new BridgeOutput.CloseUpstream(1009, ""));
            end(1009, "");
            return;
        }
        if (part.last()) {
            arriving = 0;
        }
        add(part);
    }

    private void add(Piece piece) {
        down.add(piece);
        regulate();
    }

    /** The upstream is not read while the client owes too many confirmations. */
    private void regulate() {
        boolean wanted = down.cost() < limits.unconfirmedBytes();
        if (wanted != reading) {
            reading = wanted;
            if (phase != Phase.ENDED) {
                outputs.add(new BridgeOutput.Read(wanted));
            }
        }
    }

    private void end(int code, String reason) {
        if (phase != Phase.ENDED) {
            phase = Phase.ENDED;
            down.add(new Piece.Close(code, reason));
        }
    }

    private void gone(Object carrier, long nowMillis) {
        boolean ours = carrier.equals(socket);
        if (ours) {
            socket = null;
        }
        if (polls.remove(carrier) || ours) {
            absentSince = nowMillis;
        }
    }

    private void drop(Object carrier, Refusal refusal) {
        if (carrier.equals(socket)) {
            socket = null;
        }
        polls.remove(carrier);
        reject(carrier, refusal);
    }

    private void reject(Object carrier, Refusal refusal) {
        outputs.add(new BridgeOutput.Reject(carrier, refusal));
    }

    private void settle(long nowMillis) {
        boolean wasThere = !absent();
        if (socket != null) {
            speak(socket);
        }
        for (Object poll = polls.due(nowMillis); poll != null; poll = polls.due(nowMillis)) {
            answer(poll);
        }
        if (!polls.isEmpty() && (news() || ping > 0)) {
            answer(polls.takeFirst());
        }
        regulate();
        if (wasThere && absent()) {
            absentSince = nowMillis;
        } else if (absent() && nowMillis - absentSince >= patience()) {
            expire();
        }
    }

    private void expire() {
        if (phase != Phase.ENDED) {
            outputs.add(new BridgeOutput.CloseUpstream(1001, ""));
            phase = Phase.ENDED;
        }
        if (!forgotten) {
            forgotten = true;
            outputs.add(new BridgeOutput.Forget());
        }
    }

    private boolean news() {
        return down.hasMore() || told < upward.taken();
    }

    private void speak(Object carrier) {
        while (first || news() || ping > 0) {
            answer(carrier);
        }
    }

    private void answer(Object carrier) {
        told = Math.max(told, upward.taken());
        long from = down.next();
        List<Piece> pieces = down.take(limits.answerBytes());
        outputs.add(new BridgeOutput.Send(carrier, new ServerHead(upward.taken(), from, ping), pieces, first));
        first = false;
        ping = 0;
    }

    /** Everything but its carriers, which have to attach anew. */
    public byte[] save() {
        StateWriter out = new StateWriter();
        out.number(1);
        out.number(phase.ordinal());
        out.number(turn);
        out.number(arriving);
        out.number(absentSince);
        upward.write(out);
        List<Piece> pieces = down.unconfirmed();
        out.number(down.confirmed());
        out.number(pieces.size());
        pieces.forEach(piece -> PieceState.write(piece, out));
        return out.toBytes();
    }

    /** What {@link #save} has written, as if nothing had happened but that its carriers are gone. */
    public static Bridge read(BridgeLimits limits, byte[] state) {
        StateReader in = new StateReader(state);
        if (in.number() != 1) {
            throw new IllegalArgumentException("not a bridge of this version");
        }
        Phase phase = Phase.values()[in.count()];
        long turn = in.number();
        long arriving = in.number();
        Bridge bridge = new Bridge(limits, in.number());
        bridge.phase = phase;
        bridge.turn = turn;
        bridge.arriving = arriving;
        bridge.upward.read(in);
        bridge.down = Outgoing.after(in.number());
        for (int left = in.count(); left > 0; left--) {
            bridge.down.add(PieceState.read(in));
        }
        bridge.reading = bridge.down.cost() < limits.unconfirmedBytes();
        return bridge;
    }
}
