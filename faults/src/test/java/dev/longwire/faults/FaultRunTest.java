// SPDX-License-Identifier: Apache-2.0
package dev.longwire.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longwire.faults.load.ModelClient;
import dev.longwire.faults.load.Trace;
import dev.longwire.faults.load.Trace.Count;
import dev.longwire.faults.load.TraceJudge;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Promises 3, 4, 7 to 10, 12, 13, 16, 20 to 22 and 24 on real sockets: hundreds of clients that travel by WebSocket,
 * polls and event streams and change between them, thousands of cuts, and every trace equals its channels' logs.
 */
@Timeout(3600)
final class FaultRunTest {

    private static final boolean LONG = Boolean.getBoolean("longwire.long");
    private static final List<Carriage> ALL = List.of(Carriage.WEBSOCKET, Carriage.POLL, Carriage.STREAM);

    @Test
    void everyTraceEqualsItsChannelsLogsWhateverIsCut() throws Exception {
        int cuts = LONG ? 20_000 : 3_000;
        try (Town town = new Town(50, 1)) {
            town.populate(town.proxy.address(), 500, ALL, 1);
            town.proxy.plan(Schedule.random(1, Schedule.Spec.of(cuts, 15)));
            town.publishUntilCut(200, cuts, true);
            town.settle();
            TraceJudge.Verdict verdict = town.judge(new TraceJudge()
                    .atLeast(cuts / 4, Count.RESUMED)
                    .atLeast(cuts, Count.REPLAYED)
                    .atLeast(cuts / 20, Count.RETRIED)
                    .atLeast(cuts / 20, Count.POLLS_REPEATED)
                    .atLeast(cuts / 10, Count.SWITCHES)
                    .never(Count.SESSION_LOST, Count.UNRECOVERED, Count.RESETS, Count.HOLES, Count.REPEATED));
            assertThat(verdict.failures()).isEmpty();
            spreadOver(town.proxy.log(), cuts);
        }
    }

    /** A tenth of the cuts at least meets each way to travel, and each kind of frame that passes is met. */
    private static void spreadOver(FaultLog log, int cuts) {
        Map<String, Long> byCarriage = new TreeMap<>();
        log.cutsByPlace()
                .forEach((place, count) -> byCarriage.merge(place.substring(0, place.indexOf(' ')), count, Long::sum));
        assertThat(byCarriage)
                .containsOnlyKeys("poll", "stream", "websocket")
                .allSatisfy((carriage, count) -> assertThat(count).isGreaterThan(cuts / 10));
        assertThat(log.cutsByPlace())
                .containsKeys(
                        "websocket up http.upgrade",
                        "websocket down http.upgrade",
                        "websocket up connect",
                        "websocket down connected",
                        "websocket down subscribed",
                        "websocket down message",
                        "websocket up publish",
                        "websocket down published",
                        "websocket up ping",
                        "websocket down pong",
                        "websocket down ws.ping",
                        "websocket up ws.pong",
                        "poll up http.request",
                        "poll up connect",
                        "poll up publish",
                        "poll down http.response",
                        "poll down connected",
                        "poll down subscribed",
                        "poll down message",
                        "poll down published",
                        "stream up connect",
                        "stream down http.response",
                        "stream down connected",
                        "stream down subscribed",
                        "stream down message");
    }

    @Test
    void everybodyOnOneChannel() throws Exception {
        int cuts = LONG ? 5_000 : 600;
        try (Town town = new Town(1, 2)) {
            town.populate(town.proxy.address(), 500, ALL, 2);
            town.proxy.plan(Schedule.random(2, Schedule.Spec.of(cuts, 20)));
            town.publishUntilCut(10, cuts, true);
            town.settle();
            TraceJudge.Verdict verdict = town.judge(new TraceJudge()
                    .atLeast(cuts / 4, Count.RESUMED)
                    .atLeast(cuts / 4, Count.REPLAYED)
                    .never(Count.SESSION_LOST, Count.UNRECOVERED, Count.RESETS, Count.HOLES, Count.REPEATED));
            assertThat(verdict.failures()).isEmpty();
        }
    }

    /** A copy that comes after its answer was confirmed ends a session. Its channels go on where they were. */
    @Test
    void copiesOfPollsRunNothingTwiceAndHideNothing() throws Exception {
        int cuts = LONG ? 2_000 : 200;
        try (Town town = new Town(20, 3)) {
            town.populate(town.proxy.address(), 200, List.of(Carriage.POLL), 3);
            town.proxy.plan(Schedule.random(3, Schedule.Spec.of(cuts, 20).duplicating(0.2)));
            town.publishUntilCut(100, cuts, false);
            town.settle();
            TraceJudge.Verdict verdict = town.judge(new TraceJudge()
                    .atLeast(cuts / 10, Count.RESUMED)
                    .atLeast(cuts / 10, Count.POLLS_REPEATED)
                    .never(Count.UNRECOVERED, Count.RESETS, Count.HOLES));
            assertThat(verdict.failures()).isEmpty();
            assertThat(town.proxy.log().byFault().get("duplicate")).isGreaterThan(cuts);
        }
    }

    @Test
    void fiveThousandSessionsComeBackAtOnce() throws Exception {
        int sessions = 5_000;
        try (Town town = new Town(50, 4)) {
            town.populate(town.direct(), sessions, List.of(Carriage.WEBSOCKET), 4);
            Town.join(town.clients.stream().map(ModelClient::detach).toList());
            for (int i = 0; i < 500; i++) {
                Town.join(List.of(town.reference.publish(town.channel(i), "{\"n\":" + i + "}")));
            }
            List<CompletableFuture<Void>> back =
                    town.clients.stream().map(ModelClient::start).toList();
            Town.join(back);
            town.settle();
            TraceJudge.Verdict verdict = town.judge(new TraceJudge()
                    .atLeast(sessions, Count.RESUMED)
                    .atLeast(sessions * 10L, Count.REPLAYED)
                    .never(Count.SESSION_LOST, Count.UNRECOVERED, Count.RESETS, Count.HOLES, Count.REPEATED));
            assertThat(verdict.failures()).isEmpty();
            assertThat(town.clients.stream().map(ModelClient::trace).mapToLong(Trace::messages))
                    .allMatch(count -> count >= 10);
        }
    }
}
