// SPDX-License-Identifier: Apache-2.0
package dev.longwire.faults.load;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Frames over long-polls: one that waits, and another beside it when there is something to send. A poll whose answer
 * is lost is asked again, word for word. As the sending half of an event stream it polls only when there is something
 * to send, one poll at a time.
 */
final class PollWire implements Wire {

    private static final int OVERLAP = 2;
    private static final int WAIT_MILLIS = 5_000;
    private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(WAIT_MILLIS + 3_000);

    /** Polls that fail again and again are given up. */
    private static final int MOST_TRIES = 8;

    private final Net net;
    private final InetSocketAddress address;
    private final Listener listener;

    /** Whether there is a stream to listen to: then nothing is held. */
    private final boolean sendingOnly;

    private final TreeMap<Long, Asked> open = new TreeMap<>();
    private final List<HttpLine> lines = new ArrayList<>();
    private final List<String> waiting = new ArrayList<>();
    private @Nullable String session;
    private long next = 1;
    private long processed;
    private long heardNanos = System.nanoTime();
    private boolean over;

    PollWire(Net net, InetSocketAddress address, Listener listener) {
        this(net, address, listener, 1, false);
    }

    private PollWire(Net net, InetSocketAddress address, Listener listener, long first, boolean sendingOnly) {
        this.net = net;
        this.address = address;
        this.listener = listener;
        this.next = first;
        this.processed = first - 1;
        this.sendingOnly = sendingOnly;
        if (!sendingOnly) {
            net.loop().execute(listener::opened);
        }
    }

    /** Sends for a stream, whose own request was the first. */
    static PollWire besideStream(Net net, InetSocketAddress address, Listener listener) {
        return new PollWire(net, address, listener, 2, true);
    }

    @Override
    public void session(String name) {
        session = name;
        pump();
    }

    @Override
    public void send(List<String> frames) {
        waiting.addAll(frames);
        pump();
    }

    private void pump() {
        boolean first = next == 1;
        boolean ready = !over && (first ? !waiting.isEmpty() : session != null);
        boolean room = sendingOnly ? open.isEmpty() : open.size() < OVERLAP;
        boolean wanted = !waiting.isEmpty() || !sendingOnly && open.isEmpty();
        if (!ready || !room || !wanted) {
            return;
        }
        StringBuilder body = new StringBuilder("{");
        if (!first) {
            body.append("\"session\":\"").append(session).append("\",");
        }
        body.append("\"seq\":").append(next).append(",\"ack\":").append(processed);
        body.append(",\"wait\":").append(WAIT_MILLIS).append(",\"frames\":[");
        body.append(String.join(",", waiting)).append("]}");
        waiting.clear();
        Asked asked = new Asked(next, body.toString());
        open.put(next, asked);
        next++;
        asked.ask();
        pump();
    }

    @Override
    public void cut() {
        over = true;
        lines.forEach(HttpLine::cut);
    }

    @Override
    public boolean silentSince(long nanos) {
        return heardNanos - nanos < 0;
    }

    @Override
    public void tick(long nowNanos) {
        for (Asked asked : List.copyOf(open.values())) {
            if (!over && asked.answer == null && nowNanos - asked.sinceNanos > PATIENCE_NANOS) {
                asked.again();
            }
        }
    }

    private HttpLine line() {
        lines.removeIf(HttpLine::over);
        for (HttpLine line : lines) {
            if (line.free()) {
                return line;
            }
        }
        HttpLine line = new HttpLine(net, address);
        lines.add(line);
        return line;
    }

    private void lost(String why) {
        if (!over) {
            cut();
            listener.lost(why);
        }
    }

    /** Answers are processed in the order of their polls. */
    private void process() {
        Asked first = open.get(processed + 1);
        while (!over && first != null && first.answer != null) {
            open.remove(first.seq);
            // Nothing can come between: whoever sends while these frames are being processed confirms them too.
            processed = first.seq;
            for (JsonNode frame : first.answer.path("frames")) {
                if (over) {
                    return;
                }
                listener.frame(frame);
            }
            first = open.get(processed + 1);
        }
        pump();
    }

    /** A poll, from its first try to its answer. */
    private final class Asked implements HttpLine.Asker {
        final long seq;
        private final String body;
        private @Nullable HttpLine line;
        private int tries;
        long sinceNanos;

        @Nullable
        JsonNode answer;

        Asked(long seq, String body) {
            this.seq = seq;
            this.body = body;
        }

        void ask() {
            tries++;
            sinceNanos = System.nanoTime();
            line = line();
            line.ask(body, this);
        }

        void again() {
            if (over || answer != null) {
                return;
            }
            if (tries == MOST_TRIES || !listener.again()) {
                lost("polls fail");
                return;
            }
            if (line != null) {
                line.cut();
            }
            sinceNanos = System.nanoTime();
            net.loop()
                    .schedule(
                            () -> {
                                if (!over && answer == null) {
                                    ask();
                                }
                            },
                            5L << tries,
                            TimeUnit.MILLISECONDS);
        }

        @Override
        public void head(int status) {
            heardNanos = System.nanoTime();
        }

        @Override
        public void piece(byte[] bytes) {
            heardNanos = System.nanoTime();
        }

        @Override
        public void answered(int status, byte[] bytes) {
            if (over || answer != null) {
                return;
            }
            if (status == 408) {
                again();
            } else if (status != 200) {
                lost("refused " + status);
            } else {
                answer = net.parse(new String(bytes, StandardCharsets.UTF_8));
                process();
            }
        }

        @Override
        public void broken() {
            again();
        }
    }
}
