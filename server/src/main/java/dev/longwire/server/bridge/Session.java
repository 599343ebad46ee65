// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.bridge;

import dev.longwire.core.bridge.Bridge;
import dev.longwire.core.bridge.BridgeInput;
import dev.longwire.core.bridge.BridgeLimits;
import dev.longwire.core.bridge.BridgeOutput;
import dev.longwire.core.deadline.Deadlines;
import dev.longwire.protocol.bridge.BodyCodec;
import dev.longwire.protocol.bridge.Piece;
import dev.longwire.protocol.codec.ByteSink;
import dev.longwire.server.config.ServerConfig;
import dev.longwire.server.loop.Loop;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The home of one {@link Bridge}: its upstream, its loop, its alarm.
 *
 * <p>Threads: its loop's, but {@link #accept} from any.
 */
public final class Session implements Upstream.Sink {

    /** Whoever keeps count of sessions. */
    interface Keeper {
        /** Its upstream is no more; it is remembered for a while. */
        void over();

        void forget();
    }

    private final Loop loop;
    private final BridgeLimits limits;
    private final Keeper keeper;
    private final Bridge bridge;
    private final Upstream upstream;
    private @Nullable Future<?> alarm;
    private long wakeAt = Deadlines.NEVER;
    private boolean settleWanted;
    private boolean over;

    Session(Loop loop, BridgeLimits limits, Keeper keeper) {
        this.loop = loop;
        this.limits = limits;
        this.keeper = keeper;
        this.bridge = new Bridge(limits, Loop.nowMillis());
        this.upstream = new Upstream(this, loop.executor());
    }

    private ServerConfig config() {
        return loop.loops().config();
    }

    /** Opens the upstream. */
    void open(Upstream.Opening opening) {
        run(() -> {
            upstream.connect(opening);
            settle();
        });
    }

    /** Something that a carrier has to say. */
    public void accept(BridgeInput input) {
        run(() -> {
            tell(input);
            settle();
        });
    }

    private void run(Runnable task) {
        if (loop.executor().inEventLoop()) {
            task.run();
        } else {
            loop.post(task);
        }
    }

    /** Tells the machine something and does what it says. */
    private void tell(BridgeInput input) {
        bridge.accept(input, Loop.nowMillis());
        for (BridgeOutput output = bridge.poll(); output != null; output = bridge.poll()) {
            switch (output) {
                case BridgeOutput.Forward forward -> upstream.send(forward.part());
                case BridgeOutput.CloseUpstream close -> upstream.close(close.code(), close.reason());
                case BridgeOutput.Read read -> upstream.read(read.wanted());
                case BridgeOutput.Send send -> ((Carrier) send.carrier()).send(body(send));
                case BridgeOutput.Reject reject -> ((Carrier) reject.carrier()).reject(reject.refusal());
                case BridgeOutput.Forget gone -> keeper.forget();
            }
        }
    }

    private byte[] body(BridgeOutput.Send send) {
        BridgeOutput.ServerHead head = send.head();
        ByteSink out = new ByteSink();
        StringBuilder json = new StringBuilder(64)
                .append("{\"ack\":")
                .append(head.ack())
                .append(",\"from\":")
                .append(head.from());
        if (send.first()) {
            json.append(",\"window\":").append(limits.windowMillis());
            json.append(",\"message\":").append(limits.messageBytes());
            json.append(",\"unconfirmed\":").append(limits.unconfirmedBytes());
            json.append(",\"wait\":").append(limits.waitMillis());
            json.append(",\"ping\":").append(config().session().pingMillis());
            json.append(",\"body\":").append(config().network().bodyBytes());
        }
        if (head.pong() > 0) {
            json.append(",\"pong\":").append(head.pong());
        }
        BodyCodec.head(out, json.append('}').toString());
        send.pieces().forEach(piece -> BodyCodec.piece(out, piece));
        return out.toByteArray();
    }

    @Override
    public void opened(String subprotocol) {
        tell(new BridgeInput.Opened(subprotocol));
    }

    @Override
    public void arrived(Piece.Part part) {
        tell(new BridgeInput.Arrived(part));
    }

    /** What one flush has taken is confirmed at once. */
    @Override
    public void taken(int parts) {
        tell(new BridgeInput.Taken(parts));
        if (!settleWanted) {
            settleWanted = true;
            loop.post(() -> {
                settleWanted = false;
                settle();
            });
        }
    }

    @Override
    public void ended(int code, String reason) {
        tell(new BridgeInput.Ended(code, reason));
    }

    @Override
    public void settle() {
        upstream.flush();
        tell(new BridgeInput.Settle());
        if (!over && !bridge.alive()) {
            over = true;
            keeper.over();
        }
        long next = bridge.wakeAt();
        if (next != wakeAt) {
            wakeAt = next;
            if (alarm != null) {
                alarm.cancel(false);
            }
            long wait = Math.max(0, next - Loop.nowMillis());
            alarm = next == Deadlines.NEVER ? null : loop.executor().schedule(this::wake, wait, TimeUnit.MILLISECONDS);
        }
    }

    private void wake() {
        wakeAt = Deadlines.NEVER;
        settle();
    }
}
