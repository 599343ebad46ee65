// SPDX-License-Identifier: Apache-2.0
package dev.longwire.client;

import dev.longwire.client.transport.Transport;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;

/**
 * One connection: what is to be sent, one text at a time; the heartbeat; and the clock that tells a dead peer. All of it
 * happens on the lane of its client.
 */
final class Link implements Transport.Events {
    /** Whoever has the connection. Called on the lane. */
    interface Owner {
        void opened(Link link);

        void received(Link link, String text);

        void closed(Link link, int code);

        void failed(Link link, Transport.Failure failure);

        /** Whether so much waits for the application that no more should be read. */
        boolean full();
    }

    /** Exactly these characters, in a message of their own: some servers answer them asleep. */
    static final String PING = "{\"type\":\"ping\"}";

    private static final String DISCONNECT = "{\"type\":\"disconnect\"}";
    /** How long a goodbye may take. */
    private static final long GOODBYE_MILLIS = 2_000;
    /** Frames that wait while another is being written go together, up to this length. */
    private static final int BATCH_CHARS = 16 * 1024;
    /** A server takes at least so many frames in one message. */
    private static final int BATCH_FRAMES = 100;

    private final Executor lane;
    private final Owner owner;
    private final Transport transport;
    private final ArrayDeque<String> outgoing = new ArrayDeque<>();
    private boolean open;
    private boolean over;
    private boolean sending;
    private boolean paused;
    private boolean leaving;
    private final Heartbeat heart = new Heartbeat();
    /** By when it must be attached, or, after a goodbye, closed. */
    private long deadline;

    /** @param deadline by when it must be attached */
    Link(Executor lane, Owner owner, Transport transport, long deadline) {
        this.lane = lane;
        this.owner = owner;
        this.transport = transport;
        this.deadline = deadline;
    }

    void open() {
        transport.open(this);
    }

    /** The session is attached: from here on the heartbeat watches. */
    void attached(long pingMillis) {
        deadline = Alarm.NEVER;
        heart.start(pingMillis, Alarm.nowMillis());
    }

    void send(String frame) {
        outgoing.add(frame);
        pump();
    }

    /** Says goodbye; the server closes then. */
    void goodbye() {
        leaving = true;
        send(DISCONNECT);
        ends();
        readOn();
    }

    /** One of the two has said goodbye: the close is not waited for much longer. */
    void ends() {
        deadline = Math.min(deadline, Alarm.nowMillis() + GOODBYE_MILLIS);
    }

    /** Lets go. Nothing is heard of it any more. */
    void drop() {
        over = true;
        outgoing.clear();
        transport.abort();
    }

    /** The application has taken enough of what waited. */
    void readOn() {
        if (paused && !over) {
            paused = false;
            heart.resume(Alarm.nowMillis());
            transport.demand();
        }
    }

    long wakeAt() {
        if (over) {
            return Alarm.NEVER;
        }
        return Math.min(deadline, heart.wakeAt());
    }

    void tick(long nowMillis) {
        if (over) {
            return;
        }
        if (nowMillis >= deadline) {
            fail("nothing was answered in time");
            return;
        }
        Heartbeat.Verdict verdict = heart.check(nowMillis);
        if (verdict == Heartbeat.Verdict.DEAD) {
            fail("the server has fallen silent");
        } else if (verdict == Heartbeat.Verdict.PING) {
            send(PING);
        }
    }

    private void fail(String why) {
        drop();
        owner.failed(this, new Transport.Failure(0, 0, why));
    }

    private void pump() {
        if (!open || over || sending || outgoing.isEmpty()) {
            return;
        }
        sending = true;
        heart.sent(Alarm.nowMillis());
        transport.send(nextText());
    }

    private String nextText() {
        String first = outgoing.remove();
        if (!joins(first.length())) {
            return first;
        }
        StringBuilder batch = new StringBuilder(256).append('[').append(first);
        for (int count = 1; count < BATCH_FRAMES && joins(batch.length()); count++) {
            batch.append(',').append(outgoing.remove());
        }
        return batch.append(']').toString();
    }

    private boolean joins(int length) {
        String next = outgoing.peek();
        return next != null && !next.equals(PING) && length + next.length() <= BATCH_CHARS;
    }

    @Override
    public void opened() {
        lane.execute(() -> {
            if (!over) {
                open = true;
                transport.demand();
                owner.opened(this);
                pump();
            }
        });
    }

    @Override
    public void sent() {
        lane.execute(() -> {
            sending = false;
            heart.taken(Alarm.nowMillis());
            pump();
            if (leaving && !sending && !over) {
                transport.leave();
            }
        });
    }

    @Override
    public void received(String text) {
        lane.execute(() -> {
            if (!over) {
                heart.heard(Alarm.nowMillis());
                owner.received(this, text);
                paused = owner.full();
                if (paused) {
                    heart.pause();
                } else if (!over) {
                    transport.demand();
                }
            }
        });
    }

    @Override
    public void heard() {
        lane.execute(() -> heart.heard(Alarm.nowMillis()));
    }

    @Override
    public void asked() {
        lane.execute(() -> heart.sent(Alarm.nowMillis()));
    }

    @Override
    public void closed(int code) {
        lane.execute(() -> {
            if (!over) {
                drop();
                owner.closed(this, code);
            }
        });
    }

    @Override
    public void failed(Transport.Failure failure) {
        lane.execute(() -> {
            if (!over) {
                drop();
                owner.failed(this, failure);
            }
        });
    }
}
