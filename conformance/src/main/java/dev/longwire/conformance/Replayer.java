// SPDX-License-Identifier: Apache-2.0
package dev.longwire.conformance;

import dev.longwire.protocol.codec.Format;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * Replays a transcript. Whatever a step makes the server say must be what the next lines expect, before the next step:
 * so a transcript also says that nothing else is sent, and when.
 */
public final class Replayer {

    private final Stage stage;
    private final Format format;
    private final Bindings bindings = new Bindings();
    private final List<String> faults = new ArrayList<>();

    private Replayer(Stage stage, Format format) {
        this.stage = stage;
        this.format = format;
    }

    /** Replays a transcript, given as text, on the core in virtual time, in each of its formats: awake, sleepy, and by polling where that is the same. */
    public static List<Outcome> replay(String name, String text) {
        List<Outcome> outcomes = new ArrayList<>();
        try {
            Transcript transcript = TranscriptReader.read(text);
            for (Format format : transcript.formats()) {
                String label = label(name, format);
                outcomes.add(inWorld(label, transcript, format, false));
                outcomes.add(inWorld(label + " sleepy", transcript, format, true));
                if (transcript.pollable()) {
                    outcomes.add(polled(label + " polled", transcript, format));
                }
            }
        } catch (TranscriptException unreadable) {
            outcomes.add(unreadable(name, unreadable));
        }
        return outcomes;
    }

    /**
     * Replays a transcript elsewhere, in each of its formats.
     *
     * @param stages makes a stage, with a server of its own or unused channels, for each replay
     * @return nothing when the transcript is about time, limits, users or polls, which only a world of ours has in hand
     */
    public static List<Outcome> replay(String name, String text, Function<Format, Stage> stages) {
        List<Outcome> outcomes = new ArrayList<>();
        try {
            Transcript transcript = TranscriptReader.read(text);
            for (Format format : transcript.virtual() ? List.<Format>of() : transcript.formats()) {
                try (Stage stage = stages.apply(format)) {
                    List<String> faults = new Replayer(stage, format).run(transcript.steps());
                    outcomes.add(new Outcome(label(name, format), faults, List.of(), null));
                }
            }
        } catch (TranscriptException unreadable) {
            outcomes.add(unreadable(name, unreadable));
        }
        return outcomes;
    }

    private static Outcome inWorld(String label, Transcript transcript, Format format, boolean sleepy) {
        World world = new World(Settings.choose(transcript.settings()), format, sleepy);
        return outcome(label, transcript, format, world, world);
    }

    private static Outcome polled(String label, Transcript transcript, Format format) {
        World world = new World(Settings.choose(transcript.settings()), format, false);
        return outcome(label, transcript, format, world, new PollStage(world, format));
    }

    private static Outcome outcome(String label, Transcript transcript, Format format, World world, Stage stage) {
        try {
            List<String> faults = new Replayer(stage, format).run(transcript.steps());
            return new Outcome(label, faults, List.copyOf(world.log()), null);
        } catch (RuntimeException broken) {
            return new Outcome(label, List.of("the machine broke: " + broken), List.copyOf(world.log()), broken);
        }
    }

    private static String label(String name, Format format) {
        return name + (format == Format.JSON ? " json" : " cbor");
    }

    private static Outcome unreadable(String name, TranscriptException exception) {
        return new Outcome(name, List.of(String.valueOf(exception.getMessage())), List.of(), null);
    }

    private List<String> run(List<Step> steps) {
        int next = 0;
        while (next < steps.size() && faults.isEmpty()) {
            int line = steps.get(next).line();
            try {
                next = step(steps, next);
            } catch (TranscriptException unreadable) {
                faults.add("line " + line + ": " + unreadable.getMessage());
            }
        }
        if (faults.isEmpty()) {
            leftovers("at the end");
        }
        return List.copyOf(faults);
    }

    /** Does the step at this index, and those that belong to it; the index of the next. */
    private int step(List<Step> steps, int index) {
        switch (steps.get(index)) {
            case Step.Expect expect
            when expect.anyOrder() -> {
                return expectGroup(steps, index);
            }
            case Step.Expect expect -> expect(expect, expect.pattern());
            case Step.ExpectClose close -> expect(close, new Arrival.Closed(close.code()));
            case Step.ExpectProbe probe -> expect(probe, new Arrival.Probed());
            case Step.ExpectAnswer answer -> expect(answer, answer.pattern());
            case Step.ExpectRefusal refusal -> expect(refusal, new Arrival.Refused(refusal.status(), refusal.name()));
            case Step.Act act -> {
                if (stage.immediate()) {
                    leftovers("before line " + act.line());
                }
                act(act);
            }
        }
        return index + 1;
    }

    private void act(Step.Act act) {
        switch (act) {
            case Step.Open open -> stage.open(open.connection());
            case Step.Cut cut -> stage.cut(cut.connection());
            case Step.Send send -> stage.send(send.connection(), bytes(send.text()));
            case Step.SendBytes send -> stage.send(send.connection(), send.bytes());
            case Step.Post post -> stage.post(post.connection(), bytes(post.body()));
            case Step.Flow flow -> stage.flow(flow.connection(), flow.stalled());
            case Step.Heard heard -> stage.heard(heard.connection());
            case Step.Advance advance -> stage.advance(advance.millis());
            case Step.Shutdown shutdown -> stage.shutdown(shutdown.spreadMillis());
            case Step.Assign assign -> stage.assign(assign.user(), assign.channel(), assign.begins());
        }
    }

    /** A ping is these 15 characters in every format; text that is not JSON goes out as it stands. */
    private byte[] bytes(String line) {
        byte[] text = bindings.fill(line).getBytes(StandardCharsets.UTF_8);
        return format == Format.JSON || Arrays.equals(text, Client.PING)
                ? text
                : CborWriter.bytes(JsonReader.json(text));
    }

    private void expect(Step.Expectation step, String pattern) {
        List<Arrival> arrivals = stage.arrivals(step.connection(), 1);
        if (arrivals.isEmpty()) {
            faults.add("line " + step.line() + ": nothing came");
            return;
        }
        Arrival arrival = arrivals.removeFirst();
        Json expected = json(pattern);
        Json came = switch (arrival) {
            case Arrival.Frame frame when step instanceof Step.Expect -> frame.json();
            case Arrival.Answer answer when step instanceof Step.ExpectAnswer -> answer.json();
            default -> null;
        };
        String difference = came == null ? "something else" : bindings.difference(expected, came);
        if (difference != null) {
            faults.add("line " + step.line() + ": " + difference + ": " + text(arrival));
        } else if (came != null) {
            bindings.bind(expected, came);
        }
    }

    private void expect(Step.Expectation step, Arrival expected) {
        List<Arrival> arrivals = stage.arrivals(step.connection(), 1);
        Arrival arrival = arrivals.isEmpty() ? null : arrivals.removeFirst();
        if (arrival == null) {
            faults.add("line " + step.line() + ": nothing came");
        } else if (!arrival.equals(expected)) {
            faults.add("line " + step.line() + ": came instead: " + text(arrival));
        }
    }

    /** Neighbouring lines whose frames may come in any order. */
    private int expectGroup(List<Step> steps, int index) {
        List<Step.Expect> group = new ArrayList<>();
        while (index + group.size() < steps.size()
                && steps.get(index + group.size()) instanceof Step.Expect expect
                && expect.anyOrder()) {
            group.add(expect);
        }
        for (int i = 0; i < group.size(); i++) {
            Step.Expect expect = group.get(i);
            int atLeast = 0;
            for (Step.Expect other : group.subList(i, group.size())) {
                atLeast += other.connection() == expect.connection() ? 1 : 0;
            }
            if (!takeFitting(json(expect.pattern()), stage.arrivals(expect.connection(), atLeast))) {
                faults.add("line " + expect.line() + ": nothing that fits came");
            }
        }
        return index + group.size();
    }

    private boolean takeFitting(Json pattern, List<Arrival> arrivals) {
        for (int i = 0; i < arrivals.size(); i++) {
            if (arrivals.get(i) instanceof Arrival.Frame frame && bindings.difference(pattern, frame.json()) == null) {
                bindings.bind(pattern, frame.json());
                arrivals.remove(i);
                return true;
            }
        }
        return false;
    }

    private static Json json(String pattern) {
        return JsonReader.json(pattern.getBytes(StandardCharsets.UTF_8));
    }

    /** Nothing may be left of what came until now. */
    private void leftovers(String when) {
        for (Arrival arrival : stage.leftovers()) {
            faults.add(when + ": nobody expected " + text(arrival));
        }
    }

    private static String text(Arrival arrival) {
        return switch (arrival) {
            case Arrival.Frame frame -> Json.text(frame.json());
            case Arrival.Answer answer -> Json.text(answer.json());
            default -> Arrival.text(arrival, 1);
        };
    }
}
