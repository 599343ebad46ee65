// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.hub;

import dev.longwire.core.channel.ChannelRequest;
import dev.longwire.core.log.Slice;
import dev.longwire.protocol.CloseCode;
import dev.longwire.protocol.ErrorCode;
import dev.longwire.protocol.ServerFrame;
import dev.longwire.protocol.ServerFrame.Reply;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** What a hub has to say and its home has not taken yet. Empty between turns. */
final class Outbox {

    private final int answerBytes;
    private final Chronicle chronicle = new Chronicle();
    private final ArrayDeque<HubOutput> queue = new ArrayDeque<>();
    private final ArrayDeque<Carrier> ready = new ArrayDeque<>();

    Outbox(int answerBytes) {
        this.answerBytes = answerBytes;
    }

    /** Bytes of messages after which an answer to a poll takes no more. */
    int answerBytes() {
        return answerBytes;
    }

    Chronicle chronicle() {
        return chronicle;
    }

    @Nullable
    HubOutput poll() {
        return queue.poll();
    }

    void add(HubOutput output) {
        queue.add(output);
    }

    void send(Carrier carrier, ServerFrame frame) {
        queue.add(new HubOutput.Send(carrier, frame));
        Answer answer = carrier.answer;
        if (answer != null) {
            answer.said(frame);
            if (frame instanceof Reply reply) {
                answer.answered(reply.id());
            }
            ready(carrier);
        }
    }

    /** Writes a frame as long as many messages. */
    void page(Carrier carrier, ServerFrame frame, int bytes) {
        send(carrier, frame);
        Answer answer = carrier.answer;
        if (answer != null) {
            answer.bytes += bytes;
            carrier.stalled |= answer.bytes >= answerBytes;
        }
    }

    /** Writes messages; what goes into held polls is noted in their answers. */
    void deliver(HubOutput.Deliver output) {
        queue.add(output);
        if (output.form() != Carrier.Form.POLL) {
            return;
        }
        Slice slice = output.slice();
        for (int i = 0; i < output.count(); i++) {
            Carrier carrier = output.carriers()[i];
            Answer answer = carrier.answer;
            if (answer != null) {
                answer.ran(output.channel(), output.epoch(), slice.from(), slice.to());
                answer.bytes += slice.bytes();
                carrier.stalled |= answer.bytes >= answerBytes;
                ready(carrier);
            }
        }
    }

    /** Writes messages of an answer that is written again. */
    void deliverAgain(String channel, String epoch, Slice slice, Carrier carrier) {
        queue.add(new HubOutput.Deliver(channel, epoch, carrier.form(), slice, new Carrier[] {carrier}, 1));
    }

    /** A held poll may have something to be answered with. */
    void ready(Carrier carrier) {
        if (!carrier.ready) {
            carrier.ready = true;
            ready.add(carrier);
        }
    }

    /** What a session's held poll was kept back for has come, whatever it brings. */
    void lookAgain(Session session) {
        Carrier carrier = session.carrier;
        if (carrier != null && carrier.answer != null) {
            ready(carrier);
        }
    }

    @Nullable
    Carrier takeReady() {
        Carrier carrier = ready.poll();
        if (carrier != null) {
            carrier.ready = false;
        }
        return carrier;
    }

    void error(Carrier carrier, long id, ErrorCode code, @Nullable String field) {
        send(carrier, new ServerFrame.Error(id, code, field, 0));
    }

    void ask(ChannelRequest request) {
        queue.add(new HubOutput.Ask(request));
    }

    /** A goodbye that says why, and then the close. */
    void goodbye(Carrier carrier, CloseCode code, long retryAfterMillis) {
        send(carrier, new ServerFrame.Disconnect(code, retryAfterMillis));
        queue.add(new HubOutput.Close(carrier, code));
    }

    void close(Carrier carrier, CloseCode code) {
        queue.add(new HubOutput.Close(carrier, code));
    }
}
