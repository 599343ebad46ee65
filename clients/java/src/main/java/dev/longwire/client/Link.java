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
    /** How much longer than its ping interval a peer may be silent. */
    private static final long GRACE_MILLIS = 8_000;
    /** How long a goodbye may take. */
    private static final long GOODBYE_MILLIS = 2_000;
    /** Frames that wait while another is being written go together, up to this length. */
    private static final int BATCH_CHARS = 16 * 1024;

    private final Executor lane;
    private final Owner owner;
    private final Transport transport;
    private final ArrayDeque<String> outgoing = new ArrayDeque<>();
    private boolean open;
    private boolean over;
    private boolean sending;
    private boolean paused;
    private boolean leaving;
    private long sentAt;
    private long heardAt;
    private long pingMillis;
    /** By when it must be attached, or, after a goodbye, closed. */
    private long deadline;

    Link(Executor lane, Owner owner, Transport transport, long timeoutMillis) {
        this.lane = lane;
        this.owner = owner;
        this.transport = transport;
        this.deadline = Alarm.nowMillis() + timeoutMillis;
    }

    void open() {
        transport.open(this);
    }

    /** The session is attached: from here on the heartbeat watches. */
    void attached(long newPingMillis) {
        pingMillis = newPingMillis;
        deadline = Alarm.NEVER;
        heardAt = Alarm.nowMillis();
        sentAt = heardAt;
    }

    void send(String frame) {
        outgoing.add(frame);
        pump();
    }

    /** Says goodbye; the server closes then. */
    void goodbye() {
        leaving = true;
        send(DISCONNECT);
        deadline = Alarm.nowMillis() + GOODBYE_MILLIS;
        readOn();
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
            heardAt = Alarm.nowMillis();
            transport.demand();
        }
    }

    long wakeAt() {
        if (over) {
            return Alarm.NEVER;
        }
        return Math.min(deadline, pingMillis == 0 ? Alarm.NEVER : Math.min(sentAt + pingMillis, silentAt()));
    }

    void tick(long nowMillis) {
        if (over) {
            return;
        }
        if (nowMillis >= deadline) {
            fail("nothing was answered in time");
        } else if (pingMillis > 0 && nowMillis >= silentAt()) {
            fail("the server has fallen silent");
        } else if (pingMillis > 0 && nowMillis >= sentAt + pingMillis) {
            sentAt = nowMillis;
            send(PING);
        }
    }

    private void fail(String why) {
        drop();
        owner.failed(this, new Transport.Failure(0, 0, why));
    }

    /** When the peer counts as dead. While we do not read, we can't know. */
    private long silentAt() {
        return paused ? Alarm.NEVER : heardAt + pingMillis + GRACE_MILLIS;
    }

    private void pump() {
        if (!open || over || sending || outgoing.isEmpty()) {
            return;
        }
        sending = true;
        sentAt = Alarm.nowMillis();
        transport.send(nextText());
    }

    private String nextText() {
        String first = outgoing.remove();
        if (!joins(first.length())) {
            return first;
        }
        StringBuilder batch = new StringBuilder(256).append('[').append(first);
        while (joins(batch.length())) {
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
                heardAt = Alarm.nowMillis();
                owner.received(this, text);
                paused = owner.full();
                if (!paused && !over) {
                    transport.demand();
                }
            }
        });
    }

    @Override
    public void heard() {
        lane.execute(() -> heardAt = Alarm.nowMillis());
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
