// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.bridge;

import dev.longwire.core.state.StateReader;
import dev.longwire.core.state.StateWriter;
import dev.longwire.protocol.bridge.Piece;
import java.util.ArrayDeque;

/** What came from the client: how much, how much of it the upstream took, and what a message has come to. */
final class Upward {

    /** Whether a piece can be forwarded. */
    enum Verdict {
        FINE,
        /** Its message is longer than allowed. */
        TOO_LONG,
        /** The client sends more than it was given room for. */
        TOO_MUCH
    }

    private final BridgeLimits limits;

    /** What the pieces cost that are not taken, in order; less than 0 for one that nobody has to take. */
    private final ArrayDeque<Integer> pending = new ArrayDeque<>();

    private long cost;
    private long received;
    private long taken;
    private long message;

    Upward(BridgeLimits limits) {
        this.limits = limits;
    }

    long taken() {
        return taken;
    }

    /** The number of the piece that comes next. */
    long next() {
        return received + 1;
    }

    /** Whether nothing is missing before pieces from this number on; 0 for no number. */
    boolean follows(long from) {
        return from <= received + 1;
    }

    /** Whether the piece of this number has not come yet. */
    boolean isNew(long number) {
        return number > received;
    }

    Verdict add(Piece piece) {
        received++;
        pending.add(piece.cost());
        cost += piece.cost();
        if (piece instanceof Piece.Part part) {
            message += part.bytes().length;
            if (message > limits.messageBytes()) {
                return Verdict.TOO_LONG;
            }
            if (part.last()) {
                message = 0;
            }
        }
        return cost > (long) limits.unconfirmedBytes() + limits.messageBytes() + Piece.OVERHEAD
                ? Verdict.TOO_MUCH
                : Verdict.FINE;
    }

    /** The last piece is not forwarded: it counts as taken as soon as all before it are. */
    void pass() {
        int own = pending.removeLast();
        cost -= own;
        pending.add(-own);
        skip();
    }

    /** The upstream took so many more of those that were forwarded. */
    void took(int pieces) {
        for (int left = pieces; left > 0 && !pending.isEmpty(); left--) {
            cost -= pending.remove();
            taken++;
            skip();
        }
    }

    private void skip() {
        while (!pending.isEmpty() && pending.element() < 0) {
            pending.remove();
            taken++;
        }
    }

    void write(StateWriter out) {
        out.number(received);
        out.number(taken);
        out.number(message);
        out.number(pending.size());
        for (int each : pending) {
            out.flag(each > 0);
            out.number(Math.abs(each));
        }
    }

    void read(StateReader in) {
        received = in.number();
        taken = in.number();
        message = in.number();
        for (int left = in.count(); left > 0; left--) {
            boolean forwarded = in.flag();
            int each = in.count();
            pending.add(forwarded ? each : -each);
            cost += forwarded ? each : 0;
        }
    }
}
