// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.hub;

import dev.longwire.core.state.StateReader;
import dev.longwire.core.state.StateWriter;
import dev.longwire.protocol.ClientFrame;
import dev.longwire.protocol.Poll;
import dev.longwire.protocol.ServerFrame;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A session's polls as values, and back. */
final class PollState {

    private static final long NONE = -1;

    private PollState() {}

    static void write(StateWriter out, @Nullable Polling polling) {
        out.flag(polling != null);
        if (polling == null) {
            return;
        }
        out.number(polling.executed);
        out.number(polling.confirmed);
        out.number(polling.answers.size());
        for (Answer answer : polling.answers) {
            write(out, answer);
            out.number(answer.carrier == null ? NONE : answer.carrier.id());
        }
        out.number(polling.early.size());
        for (Polling.Early early : polling.early) {
            out.number(early.carrier().id());
            write(out, early.poll());
        }
        out.number(polling.unsent.size());
        for (ServerFrame frame : polling.unsent) {
            FrameState.write(out, frame);
        }
        out.number(polling.repeats.size());
        for (Polling.Repeat repeat : polling.repeats) {
            out.number(repeat.answer.seq);
            write(out, repeat.answer);
            out.number(repeat.carrier.id());
            out.number(repeat.part);
            out.number(repeat.cursor);
        }
    }

    static @Nullable Polling read(StateReader in, Session session, Map<Long, Carrier> byId) {
        if (!in.flag()) {
            return null;
        }
        Polling polling = new Polling();
        polling.executed = in.number();
        polling.confirmed = in.number();
        int answers = in.count();
        for (int i = 0; i < answers; i++) {
            Answer answer = readAnswer(in);
            polling.answers.add(answer);
            Carrier carrier = byId.get(in.number());
            if (carrier != null) {
                answer.carrier = carrier;
                carrier.answer = answer;
                carrier.session = session;
            }
        }
        int early = in.count();
        for (int i = 0; i < early; i++) {
            Carrier carrier = Objects.requireNonNull(byId.get(in.number()));
            carrier.session = session;
            polling.early.add(new Polling.Early(carrier, readPoll(in)));
        }
        int unsent = in.count();
        for (int i = 0; i < unsent; i++) {
            polling.unsent.add(FrameState.readServer(in));
        }
        int repeats = in.count();
        for (int i = 0; i < repeats; i++) {
            polling.repeats.add(readRepeat(in, polling, session, byId));
        }
        return polling;
    }

    private static Polling.Repeat readRepeat(
            StateReader in, Polling polling, Session session, Map<Long, Carrier> byId) {
        Answer kept = polling.find(in.number());
        Answer answer = readAnswer(in);
        Carrier carrier = Objects.requireNonNull(byId.get(in.number()));
        carrier.session = session;
        Polling.Repeat repeat = new Polling.Repeat(kept == null ? answer : kept, carrier);
        repeat.part = in.count();
        repeat.cursor = in.number();
        return repeat;
    }

    static void writeOwn(StateWriter out, @Nullable Answer answer) {
        out.flag(answer != null);
        if (answer != null) {
            write(out, answer);
        }
    }

    static @Nullable Answer readOwn(StateReader in, Carrier carrier) {
        if (!in.flag()) {
            return null;
        }
        Answer answer = readAnswer(in);
        answer.carrier = carrier;
        return answer;
    }

    private static void write(StateWriter out, Answer answer) {
        out.number(answer.seq);
        out.number(answer.parts.size());
        for (Answer.Part part : answer.parts) {
            switch (part) {
                case Answer.Said(ServerFrame frame) -> {
                    out.flag(false);
                    FrameState.write(out, frame);
                }
                case Answer.Run run -> {
                    out.flag(true);
                    out.text(run.channel());
                    out.text(run.epoch());
                    out.number(run.from());
                    out.number(run.to());
                }
            }
        }
        List<Long> awaited = answer.awaited == null ? List.of() : answer.awaited;
        out.number(awaited.size());
        awaited.forEach(out::number);
        out.flag(answer.complete);
        out.flag(answer.immediate);
        out.number(answer.bytes);
        out.number(answer.saidAtMillis);
    }

    private static Answer readAnswer(StateReader in) {
        Answer answer = new Answer(in.number());
        int parts = in.count();
        for (int i = 0; i < parts; i++) {
            if (in.flag()) {
                answer.parts.add(new Answer.Run(in.text(), in.text(), in.number(), in.number()));
            } else {
                answer.parts.add(new Answer.Said(FrameState.readServer(in)));
            }
        }
        int awaited = in.count();
        for (int i = 0; i < awaited; i++) {
            answer.await(in.number());
        }
        answer.complete = in.flag();
        answer.immediate = in.flag();
        answer.bytes = in.number();
        answer.saidAtMillis = in.number();
        return answer;
    }

    private static void write(StateWriter out, Poll poll) {
        out.number(poll.seq());
        out.number(poll.ack());
        out.number(poll.waitMillis());
        out.flag(poll.stream());
        FrameState.write(out, new ArrayDeque<>(poll.frames()));
    }

    private static Poll readPoll(StateReader in) {
        long seq = in.number();
        long ack = in.number();
        long wait = in.number();
        boolean stream = in.flag();
        ArrayDeque<ClientFrame> frames = FrameState.read(in);
        return new Poll(null, seq, ack, wait, stream, frames == null ? List.of() : List.copyOf(frames));
    }
}
