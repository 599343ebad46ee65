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
import dev.longwire.server.loop.Loop;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The home of one {@link Bridge}: its upstream, its loop, its alarm.
 *
 * <p>Threads: its loop's, but {@link #post} and {@link #user} from any.
 */
final class Session implements Upstream.Sink {

    private final Loop loop;
    private final BridgeLimits limits;
    private final @Nullable String user;
    private final Runnable forget;
    private final Bridge bridge;
    private final Upstream upstream;
    private @Nullable Future<?> alarm;
    private long wakeAt = Deadlines.NEVER;

    Session(Loop loop, BridgeLimits limits, @Nullable String user, Runnable forget) {
        this.loop = loop;
        this.limits = limits;
        this.user = user;
        this.forget = forget;
        this.bridge = new Bridge(limits, Loop.nowMillis());
        this.upstream = new Upstream(this, loop.loops().config().network().closeMillis());
    }

    /** Whose it is. */
    @Nullable
    String user() {
        return user;
    }

    Upstream upstream() {
        return upstream;
    }

    void post(Runnable task) {
        if (loop.executor().inEventLoop()) {
            task.run();
        } else {
            loop.post(task);
        }
    }

    /** Tells the machine something and does what it says. */
    void tell(BridgeInput input) {
        bridge.accept(input, Loop.nowMillis());
        for (BridgeOutput output = bridge.poll(); output != null; output = bridge.poll()) {
            switch (output) {
                case BridgeOutput.Forward forward -> upstream.send(forward.part());
                case BridgeOutput.CloseUpstream close -> upstream.close(close.code(), close.reason());
                case BridgeOutput.Read read -> upstream.read(read.wanted());
                case BridgeOutput.Send send -> ((Carrier) send.carrier()).send(body(send));
                case BridgeOutput.Reject reject -> ((Carrier) reject.carrier()).reject(reject.refusal());
                case BridgeOutput.Forget gone -> forget.run();
            }
        }
    }

    private byte[] body(BridgeOutput.Send send) {
        BridgeOutput.ServerHead head = send.head();
        ByteSink out = new ByteSink();
        String limit = send.first()
                ? ",\"window\":" + limits.windowMillis() + ",\"message\":" + limits.messageBytes()
                        + ",\"unconfirmed\":" + limits.unconfirmedBytes() + ",\"wait\":" + limits.waitMillis()
                : "";
        String pong = head.pong() > 0 ? ",\"pong\":" + head.pong() : "";
        BodyCodec.head(out, "{\"ack\":" + head.ack() + ",\"from\":" + head.from() + limit + pong + "}");
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

    @Override
    public void taken(int parts) {
        tell(new BridgeInput.Taken(parts));
    }

    @Override
    public void ended(int code, String reason) {
        tell(new BridgeInput.Ended(code, reason));
    }

    @Override
    public void settle() {
        upstream.flush();
        tell(new BridgeInput.Settle());
        long next = bridge.wakeAt();
        if (next != wakeAt) {
            wakeAt = next;
            if (alarm != null) {
                alarm.cancel(false);
            }
            alarm = next == Deadlines.NEVER
                    ? null
                    : loop.executor()
                            .schedule(this::wake, Math.max(0, next - Loop.nowMillis()), TimeUnit.MILLISECONDS);
        }
    }

    private void wake() {
        wakeAt = Deadlines.NEVER;
        settle();
    }
}
