// SPDX-License-Identifier: Apache-2.0
package dev.longwire.conformance;

import dev.longwire.protocol.codec.Format;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Replays a transcript. Whatever a step makes the server say must be what the next lines expect, before the next step:
 * so a transcript also says that nothing else is sent, and when.
 */
public final class Replayer {

    private final World world;
    private final Format format;
    private final Bindings bindings = new Bindings();
    private final List<String> faults = new ArrayList<>();

    private Replayer(Transcript transcript, Format format, boolean sleepy) {
        this.world = new World(Settings.choose(transcript.settings()), format, sleepy);
        this.format = format;
    }

    /** Replays a transcript, given as text, once for each of its formats. */
    public static List<Outcome> replay(String name, String text) {
        List<Outcome> outcomes = new ArrayList<>();
        try {
            Transcript transcript = TranscriptReader.read(text);
            for (Format format : transcript.formats()) {
                String label = name + " " + format.name().toLowerCase(Locale.ROOT);
                outcomes.add(new Replayer(transcript, format, false).run(label, transcript));
                outcomes.add(new Replayer(transcript, format, true).run(label + " sleepy", transcript));
            }
        } catch (TranscriptException unreadable) {
            outcomes.add(new Outcome(name, List.of(String.valueOf(unreadable.getMessage())), List.of(), null));
        }
        return outcomes;
    }

    private Outcome run(String label, Transcript transcript) {
        List<Step> steps = transcript.steps();
        try {
            int next = 0;
            while (next < steps.size() && faults.isEmpty()) {
                next = step(steps, next);
            }
            leftovers(steps.getLast().line());
        } catch (TranscriptException unreadable) {
            faults.add(String.valueOf(unreadable.getMessage()));
        } catch (RuntimeException broken) {
            return new Outcome(label, List.of("the machine broke: " + broken), List.copyOf(world.log()), broken);
        }
        return new Outcome(label, List.copyOf(faults), List.copyOf(world.log()), null);
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
                leftovers(act.line());
                act(act);
            }
        }
        return index + 1;
    }

    private void act(Step.Act act) {
        switch (act) {
            case Step.Open open -> world.open(open.line(), open.connection());
            case Step.Cut cut -> world.cut(cut.line(), cut.connection());
            case Step.Send send -> world.send(send.line(), send.connection(), bytes(send.text()));
            case Step.SendBytes send -> world.send(send.line(), send.connection(), send.bytes());
            case Step.Post post -> world.post(post.line(), post.connection(), bytes(post.body()));
            case Step.Flow flow -> world.flow(flow.line(), flow.connection(), flow.stalled());
            case Step.Heard heard -> world.heard(heard.line(), heard.connection());
            case Step.Advance advance -> world.advance(advance.millis());
            case Step.Shutdown shutdown -> world.shutdown(shutdown.spreadMillis());
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
        List<Arrival> arrivals = world.client(step.line(), step.connection()).arrivals();
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
        List<Arrival> arrivals = world.client(step.line(), step.connection()).arrivals();
        Arrival arrival = arrivals.isEmpty() ? null : arrivals.removeFirst();
        if (arrival == null) {
            faults.add("line " + step.line() + ": nothing came");
        } else if (!arrival.equals(expected)) {
            faults.add("line " + step.line() + ": came instead: " + text(arrival));
        }
    }

    /** Neighbouring lines whose frames may come in any order. */
    private int expectGroup(List<Step> steps, int index) {
        int next = index;
        while (next < steps.size() && steps.get(next) instanceof Step.Expect expect && expect.anyOrder()) {
            List<Arrival> arrivals =
                    world.client(expect.line(), expect.connection()).arrivals();
            if (!takeFitting(json(expect.pattern()), arrivals)) {
                faults.add("line " + expect.line() + ": nothing that fits came");
            }
            next++;
        }
        return next;
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

    /** Nothing may be left of what came before this line. */
    private void leftovers(int line) {
        for (Client client : world.clients()) {
            for (Arrival arrival : client.arrivals()) {
                faults.add("before line " + line + ": nobody expected " + text(arrival));
            }
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
