// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longwire.core.state.StateReader;
import dev.longwire.core.state.StateWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class MemoryLogTest {

    private static final Retention FOREVER = new Retention(1_000_000, 1_000_000, Integer.MAX_VALUE, 1_000_000);

    private static byte[] message(long offset, int length) {
        StringBuilder text = new StringBuilder("m" + offset + "-");
        while (text.length() < length) {
            text.append('x');
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** A log of messages of this length, one each millisecond from 1 on. */
    private static MemoryLog filled(int count, int length) {
        MemoryLog log = new MemoryLog("e", 0);
        for (int i = 1; i <= count; i++) {
            assertThat(log.append(message(i, length), i)).isEqualTo(i);
        }
        return log;
    }

    private static List<String> read(LogSlice slice) {
        List<String> texts = new ArrayList<>();
        slice.read((offset, bytes, start, length) ->
                texts.add(offset + "=" + new String(bytes, start, length, StandardCharsets.UTF_8)));
        return texts;
    }

    private static List<String> expected(long first, long last, int length) {
        List<String> texts = new ArrayList<>();
        for (long offset = first; offset <= last; offset++) {
            texts.add(offset + "=" + new String(message(offset, length), StandardCharsets.UTF_8));
        }
        return texts;
    }

    @Test
    void slicesReadWhatWasAppendedAcrossSegments() {
        MemoryLog log = filled(700, 500);
        assertThat(read(log.view().slice(0, 700, Integer.MAX_VALUE))).isEqualTo(expected(1, 700, 500));
        assertThat(read(log.view().slice(120, 400, Integer.MAX_VALUE))).isEqualTo(expected(121, 400, 500));
        assertThat(log.bytes()).isEqualTo(700 * 500);
        assertThat(log.footprint()).isGreaterThan(log.bytes()).isLessThan(log.bytes() * 2);
    }

    @Test
    void aSliceHoldsWhatFitsAndAtLeastOne() {
        MemoryLog log = filled(700, 500);
        for (long from = 0; from < 700; from += 97) {
            LogSlice some = log.view().slice(from, 700, 1_700);
            assertThat(read(some)).isEqualTo(expected(from + 1, Math.min(700, from + 3), 500));
            assertThat(some.bytes()).isEqualTo((int) (some.to() - some.from()) * 500);
            assertThat(read(log.view().slice(from, 700, 1))).isEqualTo(expected(from + 1, from + 1, 500));
        }
        assertThat(read(log.view().slice(700, 700, 1_000))).isEmpty();
    }

    @Test
    void aMessageLargerThanASegmentIsHeldWhole() {
        MemoryLog log = new MemoryLog("e", 0);
        log.append(message(1, 100), 1);
        log.append(message(2, 200_000), 2);
        log.append(message(3, 100), 3);
        LogSlice all = log.view().slice(0, 3, Integer.MAX_VALUE);
        assertThat(all.bytes()).isEqualTo(200_200);
        assertThat(read(all)).hasSize(3);
    }

    @Test
    void viewsAreIsolatedFromWhatHappensLater() {
        MemoryLog log = new MemoryLog("e", 0);
        List<LogView> views = new ArrayList<>();
        for (int i = 1; i <= 300; i++) {
            log.append(message(i, 40), i);
            views.add(log.view());
        }
        log.trim(new Retention(0, 10, Integer.MAX_VALUE, 0), 10_000);
        for (int i = 1; i <= 300; i++) {
            LogView view = views.get(i - 1);
            assertThat(view.head()).isEqualTo(i);
            assertThat(read(view.slice(0, Long.MAX_VALUE, Integer.MAX_VALUE))).isEqualTo(expected(1, i, 40));
        }
    }

    @Test
    void ageTrimsWhatIsOldButSparesTheNewest() {
        MemoryLog log = filled(1_000, 100);
        log.trim(new Retention(200, 50, Integer.MAX_VALUE, 200), 1_001);
        assertThat(log.tail()).isEqualTo(800);
        assertThat(log.bytes()).isEqualTo(200 * 100);
        assertThat(read(log.view().slice(0, 1_000, Integer.MAX_VALUE))).isEqualTo(expected(801, 1_000, 100));
        log.trim(new Retention(200, 50, Integer.MAX_VALUE, 200), 100_000);
        assertThat(log.tail()).isEqualTo(950);
        log.trim(new Retention(200, 0, Integer.MAX_VALUE, 200), 100_000);
        assertThat(log.tail()).isEqualTo(log.head()).isEqualTo(1_000);
        assertThat(log.bytes()).isZero();
        assertThat(log.footprint()).isZero();
        assertThat(log.append(message(1_001, 10), 100_001)).isEqualTo(1_001);
        assertThat(read(log.view().slice(0, 2_000, 1))).isEqualTo(expected(1_001, 1_001, 10));
    }

    @Test
    void bytesTrimWhateverTheAge() {
        MemoryLog log = filled(1_000, 100);
        log.trim(new Retention(1_000_000, 1_000_000, 5_050, 1_000_000), 1_000);
        assertThat(log.bytes()).isEqualTo(5_000);
        assertThat(log.tail()).isEqualTo(950);
    }

    @Test
    void shrinkingSparesTheYoung() {
        MemoryLog log = filled(1_000, 100);
        log.shrink(0, 900);
        assertThat(log.tail()).isEqualTo(900);
        log.shrink(2_000, 1_000);
        assertThat(log.tail()).isEqualTo(980);
    }

    @Test
    void aPickStopsAtItsEnd() {
        LogView view = filled(20, 100).view();
        LogSlice slice = view.pick(3, 10, new long[] {5, 9, 15}, Integer.MAX_VALUE);
        assertThat(slice.conflated()).isTrue();
        assertThat(slice.from()).isEqualTo(3);
        assertThat(slice.to()).isEqualTo(10);
        assertThat(read(slice))
                .containsExactlyElementsOf(
                        List.of(expected(5, 5, 100).get(0), expected(9, 9, 100).get(0)));
        LogSlice first = view.pick(3, 10, new long[] {5, 9, 15}, 150);
        assertThat(first.to()).isEqualTo(5);
        assertThat(read(first)).isEqualTo(expected(5, 5, 100));
        assertThat(read(view.pick(3, 10, new long[] {15}, 150))).isEmpty();
    }

    @Test
    void whatWasWrittenOutIsReadBack() {
        MemoryLog log = filled(500, 300);
        log.trim(new Retention(0, 400, Integer.MAX_VALUE, 0), 10_000);
        StateWriter out = new StateWriter();
        log.write(out, 500);
        MemoryLog read = MemoryLog.read(new StateReader(out.toBytes()), 7_500);
        assertThat(read.epoch()).isEqualTo("e");
        assertThat(read.tail()).isEqualTo(100);
        assertThat(read.head()).isEqualTo(500);
        assertThat(read.bytes()).isEqualTo(log.bytes());
        assertThat(read(read.view().slice(0, 500, Integer.MAX_VALUE))).isEqualTo(expected(101, 500, 300));
        // Message 300 was 200 ms old when it was written out, and still is.
        read.trim(new Retention(200, 0, Integer.MAX_VALUE, 200), 7_500);
        assertThat(read.tail()).isEqualTo(299);
        assertThat(read.append(message(501, 10), 7_501)).isEqualTo(501);
    }

    @Test
    void trimmingNothingKeepsEverything() {
        MemoryLog log = filled(100, 50);
        log.trim(FOREVER, 200);
        assertThat(log.tail()).isZero();
        assertThat(log.lastTime()).isEqualTo(100);
    }
}
