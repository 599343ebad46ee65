// SPDX-License-Identifier: Apache-2.0
package dev.longwire.faults.load;

import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Frames down an event stream, and up by polls beside it. */
final class StreamWire implements Wire, HttpLine.Asker {

    private final Net net;
    private final Listener listener;
    private final HttpLine line;
    private final PollWire sender;
    private final ByteArrayOutputStream text = new ByteArrayOutputStream();
    private final StringBuilder data = new StringBuilder();
    private boolean asked;
    private boolean over;
    private int status;
    private long heardNanos = System.nanoTime();

    StreamWire(Net net, InetSocketAddress address, Listener listener) {
        this.net = net;
        this.listener = listener;
        this.line = new HttpLine(net, address);
        this.sender = PollWire.besideStream(net, address, new Sender());
        net.loop().execute(listener::opened);
    }

    @Override
    public void send(List<String> frames) {
        if (asked) {
            sender.send(frames);
            return;
        }
        asked = true;
        line.ask("{\"seq\":1,\"stream\":true,\"frames\":[" + String.join(",", frames) + "]}", this);
    }

    @Override
    public void session(String session) {
        sender.session(session);
    }

    @Override
    public void cut() {
        over = true;
        line.cut();
        sender.cut();
    }

    @Override
    public boolean silentSince(long nanos) {
        return heardNanos - nanos < 0;
    }

    @Override
    public void tick(long nowNanos) {
        sender.tick(nowNanos);
    }

    private void lost(String why) {
        if (!over) {
            cut();
            listener.lost(why);
        }
    }

    @Override
    public void head(int code) {
        status = code;
    }

    @Override
    public void piece(byte[] bytes) {
        heardNanos = System.nanoTime();
        for (byte each : bytes) {
            if (each == '\n' && status == 200 && !over) {
                line(text.toString(StandardCharsets.UTF_8));
                text.reset();
            } else if (each != '\r') {
                text.write(each);
            }
        }
    }

    private void line(String content) {
        if (content.startsWith("data:")) {
            data.append(content, content.startsWith("data: ") ? 6 : 5, content.length())
                    .append('\n');
        } else if (content.isEmpty() && !data.isEmpty()) {
            String frame = data.toString();
            data.setLength(0);
            listener.frame(net.parse(frame));
        }
    }

    @Override
    public void answered(int code, byte[] body) {
        lost(code == 200 ? "stream ended" : "refused " + code);
    }

    @Override
    public void broken() {
        lost("stream broke");
    }

    /** What the polls beside the stream hear belongs to the stream's client. */
    private final class Sender implements Listener {
        @Override
        public void opened() {
            // The stream says so.
        }

        @Override
        public void frame(com.fasterxml.jackson.databind.JsonNode frame) {
            if (!over) {
                listener.frame(frame);
            }
        }

        @Override
        public void lost(String why) {
            StreamWire.this.lost(why);
        }

        @Override
        public boolean again() {
            return listener.again();
        }
    }
}
