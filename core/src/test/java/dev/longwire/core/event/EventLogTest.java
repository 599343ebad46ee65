// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.event;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longwire.core.event.Event.ChannelOccupied;
import dev.longwire.core.event.Event.ChannelVacated;
import dev.longwire.core.event.EventLog.Batch;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is kept of events, and what readers learn of what is not. */
final class EventLogTest {

    private static EventLog filled(int events, int room) {
        EventLog log = new EventLog(room, 1 << 20);
        for (int i = 1; i <= events; i++) {
            assertThat(log.append(1_000 + i, new ChannelOccupied("c" + i))).isEqualTo(i);
        }
        return log;
    }

    private static List<Long> positions(Batch batch) {
        return batch.entries().stream().map(EventLog.Entry::position).toList();
    }

    @Test
    void everyReaderGoesAtItsOwnPace() {
        EventLog log = filled(10, 100);
        for (int step = 1; step <= 11; step++) {
            List<Long> read = new ArrayList<>();
            Batch batch = log.read(0, step);
            while (!batch.entries().isEmpty()) {
                assertThat(batch.missed()).isZero();
                read.addAll(positions(batch));
                batch = log.read(batch.position(), step);
            }
            assertThat(read).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L);
            assertThat(batch.position()).isEqualTo(10);
        }
    }

    @Test
    void whoeverIsTooSlowLearnsHowManyAreGone() {
        EventLog log = filled(10, 4);
        assertThat(log.tail()).isEqualTo(6);
        assertThat(log.head()).isEqualTo(10);
        Batch batch = log.read(2, 3);
        assertThat(batch.missed()).isEqualTo(4);
        assertThat(positions(batch)).containsExactly(7L, 8L, 9L);
        assertThat(batch.position()).isEqualTo(9);
        assertThat(log.read(9, 3).missed()).isZero();
        assertThat(positions(log.read(9, 3))).containsExactly(10L);
        assertThat(log.read(0, 100).missed()).isEqualTo(6);
    }

    @Test
    void aPositionThatNeverWasIsTheHead() {
        EventLog log = filled(3, 4);
        Batch batch = log.read(99, 10);
        assertThat(batch.entries()).isEmpty();
        assertThat(batch.missed()).isZero();
        assertThat(batch.position()).isEqualTo(3);
        assertThat(positions(log.read(-5, 10))).containsExactly(1L, 2L, 3L);
    }

    @Test
    void bytesAreBoundedToo() {
        int weight = new ChannelOccupied("").weight();
        EventLog log = new EventLog(1_000, 5L * weight);
        for (int i = 0; i < 20; i++) {
            log.append(0, new ChannelVacated("c"));
        }
        assertThat(log.head() - log.tail()).isEqualTo(5);
        EventLog tiny = new EventLog(1_000, 1);
        tiny.append(0, new ChannelVacated("c"));
        tiny.append(0, new ChannelVacated("d"));
        assertThat(tiny.head() - tiny.tail()).isEqualTo(1);
    }

    @Test
    void whatNobodyWantsIsNotKept() {
        Events events = new Events();
        events.add(new ChannelOccupied("a"));
        events.want(Set.of(EventType.CHANNEL_OCCUPIED));
        assertThat(events.wants(EventType.CHANNEL_OCCUPIED)).isTrue();
        assertThat(events.wants(EventType.CHANNEL_VACATED)).isFalse();
        events.add(new ChannelOccupied("b"));
        events.add(new ChannelVacated("b"));
        assertThat(events.poll()).isEqualTo(new ChannelOccupied("b"));
        assertThat(events.poll()).isNull();
    }

    @Test
    void everyKindHasOneName() {
        for (EventType each : EventType.values()) {
            assertThat(each.label()).matches("[a-z]+\\.[a-z]+");
            assertThat(EventType.of(each.label())).isEqualTo(each);
        }
        assertThat(EventType.of("session.unknown")).isNull();
    }
}
