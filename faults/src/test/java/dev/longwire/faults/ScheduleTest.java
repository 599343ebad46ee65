// SPDX-License-Identifier: Apache-2.0
package dev.longwire.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** The pace, the spread and the seed of a schedule, on a clock of the test's. */
final class ScheduleTest {

    /** Ten messages for every poll and every {@code connect}: what passes most must not be all that is cut. */
    private static final List<Passing> TRAFFIC = traffic();

    private static List<Passing> traffic() {
        List<Passing> traffic = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            traffic.add(new Passing(i, Carriage.WEBSOCKET, Direction.DOWN, List.of("message")));
        }
        traffic.add(new Passing(11, Carriage.POLL, Direction.UP, List.of("http.request")));
        traffic.add(new Passing(12, Carriage.WEBSOCKET, Direction.UP, List.of("connect")));
        return traffic;
    }

    private static List<String> run(long seed, int cuts, Map<String, Integer> byPlace) {
        AtomicLong now = new AtomicLong();
        Schedule schedule = Schedule.random(seed, Schedule.Spec.of(cuts, 10), now::get);
        List<String> verdicts = new ArrayList<>();
        for (int millis = 0; millis < 10 * cuts + 2000; millis++) {
            now.set(millis);
            for (Passing passing : TRAFFIC) {
                Plan.Verdict verdict = schedule.judge(passing);
                if (verdict != null) {
                    verdicts.add(millis + " " + passing + " " + verdict);
                    if (verdict.fault().cuts()) {
                        byPlace.merge(passing.carriage() + " " + verdict.frame(), 1, Integer::sum);
                    }
                }
            }
        }
        return verdicts;
    }

    @Test
    void cutsAsOftenAsAskedAndEverywhereAlike() {
        Map<String, Integer> byPlace = new TreeMap<>();
        run(7, 300, byPlace);
        assertThat(byPlace.values().stream().mapToInt(count -> count).sum()).isEqualTo(300);
        assertThat(byPlace)
                .containsOnlyKeys("WEBSOCKET message", "POLL http.request", "WEBSOCKET connect")
                .allSatisfy((place, count) -> assertThat(count).isBetween(60, 140));
    }

    @Test
    void theSameSeedDoesTheSame() {
        assertThat(run(7, 50, new TreeMap<>())).isEqualTo(run(7, 50, new TreeMap<>()));
        assertThat(run(7, 50, new TreeMap<>())).isNotEqualTo(run(8, 50, new TreeMap<>()));
    }
}
