// SPDX-License-Identifier: Apache-2.0
package dev.longwire.simulation.home;

import dev.longwire.core.hub.Carrier;
import dev.longwire.protocol.CloseCode;
import dev.longwire.protocol.ErrorCode;
import dev.longwire.protocol.Poll;
import dev.longwire.protocol.ServerFrame;
import dev.longwire.simulation.ground.Ground;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One poll at the home's end: collects what is written for it, and is answered once. */
final class Exchange extends Peer {

    private final PollLink link;
    private final Ground ground;
    private final Poll poll;
    private final int attempt;
    private final long cameAt;
    private final List<ServerFrame> frames = new ArrayList<>();
    private long wroteAt;
    private boolean over;

    Exchange(Carrier carrier, PollLink link, Ground ground, Poll poll, int attempt) {
        super(carrier);
        this.link = link;
        this.ground = ground;
        this.poll = poll;
        this.attempt = attempt;
        this.cameAt = ground.now();
    }

    Poll poll() {
        return poll;
    }

    int attempt() {
        return attempt;
    }

    @Override
    Link link() {
        return link;
    }

    @Override
    void write(ServerFrame frame, int bytes) {
        wroteAt = frames.isEmpty() ? ground.now() : wroteAt;
        frames.add(Wire.down(ground.plan(), carrier.form(), frame));
    }

    void finish(long seq) {
        answer(seq, null);
    }

    void reject(ErrorCode code) {
        ground.counters().count("polls refused " + code.wire());
        answer(poll.seq(), code);
    }

    @Override
    void close(CloseCode code) {
        answer(poll.seq(), null);
    }

    private void answer(long seq, @Nullable ErrorCode refused) {
        if (!over) {
            over = true;
            link.answered(this, seq, List.copyOf(frames), refused);
        }
    }

    /** How long it has been held. */
    long heldMillis() {
        return ground.now() - cameAt;
    }

    /** How long there has been something to answer it with. */
    long fullMillis() {
        return frames.isEmpty() ? 0 : ground.now() - wroteAt;
    }

    @Override
    void lose() {
        over = true;
        link.lost(this);
    }

    @Override
    void probe() {
        throw new IllegalStateException("a held poll is not asked whether it lives");
    }

    @Override
    boolean becameFull() {
        return false;
    }

    @Override
    boolean serverGone() {
        return over;
    }

    @Override
    public String toString() {
        return link + "/" + poll.seq() + "." + attempt;
    }
}
