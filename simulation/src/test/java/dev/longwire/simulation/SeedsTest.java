// SPDX-License-Identifier: Apache-2.0
package dev.longwire.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longwire.simulation.Simulation.Outcome;
import dev.longwire.simulation.ground.Counters;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * True worlds: every promise is kept under every seed. A failure names its seed; {@code ./verify sim --seed N} tells that
 * world's story.
 */
final class SeedsTest {

    private static final int SEEDS = 2_000;
    private static final int LONG_SEEDS = 60_000;

    /** What must have happened for the run to have proved anything, and how often at least in a thousand worlds. */
    private static final List<String> MUST_HAPPEN = List.of(
            "resumed",
            "new sessions",
            "retries",
            "duplicates",
            "publishes refused idempotency_conflict",
            "errors too_many_requests",
            "recovered",
            "recovered with replay",
            "subscribed with last",
            "not recovered epoch_changed",
            "not recovered too_old",
            "not recovered ahead",
            "not recovered unknown",
            "epoch changes",
            "gaps too_slow",
            "gaps conflated",
            "messages replayed",
            "messages live",
            "stalls",
            "hub sleeps",
            "owner sleeps",
            "hub restarts",
            "owner restarts",
            "home restarts",
            "sessions moved",
            "overtaken elsewhere",
            "hints lost",
            "half open",
            "cuts",
            "found dead",
            "gave up connecting",
            "closed replaced",
            "closed silent",
            "closed slow",
            "closed shutdown",
            "closed kicked",
            "closed token_expired",
            "closed revoked",
            "closed unauthorized",
            "refreshed",
            "tokens wanted",
            "rights lost",
            "clock jumps",
            "polling",
            "polls answered",
            "polls answered empty",
            "polls repeated",
            "answers lost",
            "stale polls",
            "polls refused poll_superseded",
            "polls refused session_gone",
            "history pages",
            "outcomes",
            "members joined",
            "members updated",
            "members left",
            "members at rest",
            "presence recovered",
            "presence synced",
            "presence synced anew",
            "presence queried",
            "told session.opened",
            "told session.resumed",
            "told session.closed",
            "told session.subscribed",
            "told session.unsubscribed",
            "told channel.occupied",
            "told channel.vacated",
            "told message.published",
            "told message.refused",
            "told member.joined",
            "told member.left",
            "asked connect",
            "asked subscribe",
            "asked publish",
            "asked call",
            "asked again",
            "decisions forwarded",
            "calls answered",
            "publishes refused unavailable",
            "publishes refused forbidden",
            "not let back forbidden",
            "not let back unavailable",
            "subscribed by the application",
            "ended by the application",
            "assigned made one's own");

    @Test
    void everyPromiseIsKeptUnderEverySeed() {
        Long only = Long.getLong("longwire.seed");
        if (only != null) {
            tells(only);
            return;
        }
        long seeds = Boolean.getBoolean("longwire.long") ? LONG_SEEDS : SEEDS;
        Counters counters = new Counters();
        for (long seed = 1; seed <= seeds; seed++) {
            counters.add(keeps(seed));
        }
        System.out.println(seeds + " worlds: " + counters);
        for (String what : MUST_HAPPEN) {
            assertThat(counters.of(what)).as(what).isGreaterThanOrEqualTo(10);
        }
    }

    @Test
    void seedsThatOnceFoundSomethingRunForEver() throws IOException {
        for (long seed : kept()) {
            keeps(seed);
        }
    }

    private static void tells(long seed) {
        Outcome outcome = Simulation.run(seed, Set.of(), true);
        outcome.story().forEach(System.out::println);
        assertThat(outcome.failure()).isNull();
    }

    private static Counters keeps(long seed) {
        Outcome outcome = Simulation.run(seed, Set.of(), false);
        if (outcome.failure() != null) {
            throw new AssertionError(
                    "seed " + seed + " fails; its story: ./verify sim --seed " + seed, outcome.failure());
        }
        return outcome.counters();
    }

    private static List<Long> kept() throws IOException {
        List<Long> seeds = new ArrayList<>();
        try (BufferedReader in = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(SeedsTest.class.getResourceAsStream("/seeds.txt")), StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String text = line.replaceFirst("#.*", "").strip();
                if (!text.isEmpty()) {
                    seeds.add(Long.parseLong(text));
                }
            }
        }
        assertThat(seeds).isNotEmpty();
        return seeds;
    }
}
