// SPDX-License-Identifier: Apache-2.0
package dev.longwire.edge.home;

import dev.longwire.protocol.codec.ByteSink;
import dev.longwire.protocol.codec.Format;
import dev.longwire.protocol.codec.PollCodec;

/** A held poll: collects what goes into its answer. It dies with its object: then the client asks again. */
final class PollLine {

    final Format format;

    /** What the client is told its answer is to, when the session ends instead of answering. */
    final long seq;

    private final ByteSink items = new ByteSink(256);
    private boolean begun;

    PollLine(Format format, long seq) {
        this.format = format;
        this.seq = seq;
    }

    void add(byte[] frame) {
        if (begun) {
            PollCodec.of(format).between(items);
        }
        begun = true;
        items.write(frame);
    }

    byte[] finish(long finished) {
        ByteSink out = new ByteSink(items.length() + 48);
        PollCodec.of(format).begin(out, finished);
        out.write(items.toByteArray());
        PollCodec.of(format).end(out);
        return out.toByteArray();
    }
}
