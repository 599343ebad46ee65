// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.bridge;

import dev.longwire.protocol.bridge.Piece;
import java.util.ArrayList;
import java.util.List;

/**
 * The pieces of one direction at the end that sends them: numbered from 1, kept until they are confirmed, sent once per
 * attempt. Both ends of a bridge can use it.
 */
public final class Outgoing {

    private static final int COMPACT = 1_024;

    private final List<Piece> pieces = new ArrayList<>();

    /** Where in {@link #pieces} the first unconfirmed one is. */
    private int head;

    private long confirmed;
    private long sent;
    private long cost;

    /** Goes on where another left off. */
    static Outgoing after(long confirmed) {
        Outgoing outgoing = new Outgoing();
        outgoing.confirmed = confirmed;
        outgoing.sent = confirmed;
        return outgoing;
    }

    public void add(Piece piece) {
        pieces.add(piece);
        cost += piece.cost();
    }

    /** The number of the last piece there is. */
    public long last() {
        return confirmed + pieces.size() - head;
    }

    /** The number of the last that the other end has. */
    public long confirmed() {
        return confirmed;
    }

    /** The number of the piece that is to be sent next. */
    public long next() {
        return sent + 1;
    }

    /** What all unconfirmed pieces together cost. */
    public long cost() {
        return cost;
    }

    public boolean hasMore() {
        return sent < last();
    }

    /** The other end has everything up to this one. Returns false when there is no such piece; an old news is none. */
    public boolean confirm(long number) {
        if (number > last()) {
            return false;
        }
        while (confirmed < number) {
            cost -= pieces.set(head++, GONE).cost();
            confirmed++;
        }
        sent = Math.max(sent, confirmed);
        if (head == pieces.size()) {
            pieces.clear();
            head = 0;
        } else if (head > COMPACT && head * 2 > pieces.size()) {
            pieces.subList(0, head).clear();
            head = 0;
        }
        return true;
    }

    private static final Piece GONE = new Piece.Opened("");

    /** Whatever is unconfirmed is to be sent again. */
    public void rewind() {
        sent = confirmed;
    }

    /** The next pieces to send: as many as the budget takes, but at least one if there is any. They count as sent. */
    public List<Piece> take(int budget) {
        List<Piece> taken = new ArrayList<>();
        long room = budget;
        while (hasMore()) {
            Piece piece = pieces.get(head + (int) (sent - confirmed));
            if (!taken.isEmpty() && piece.cost() > room) {
                break;
            }
            room -= piece.cost();
            taken.add(piece);
            sent++;
        }
        return taken;
    }

    /** Everything that is unconfirmed. */
    List<Piece> unconfirmed() {
        return List.copyOf(pieces.subList(head, pieces.size()));
    }
}
