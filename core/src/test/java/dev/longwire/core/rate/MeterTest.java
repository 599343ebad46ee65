// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.rate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.longwire.core.rate.Meter.Verdict;
import dev.longwire.core.state.StateReader;
import dev.longwire.core.state.StateWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is too much is refused, what is refused too often is a flood, and names are counted once. */
class MeterTest {

    private static final Rates RATES =
            new Rates(Rate.perSecond(10, 1_000), Rate.perSecond(1_000, 1_000), Rate.perMinute(3));

    @Test
    void whoIsRefusedMoreOftenThanServedIsAFlood() {
        Meter meter = new Meter();
        for (int i = 0; i < 10; i++) {
            assertEquals(Verdict.TAKEN, meter.take(RATES, 1, 0));
        }
        for (int i = 0; i < 10; i++) {
            assertEquals(Verdict.FRAMES, meter.take(RATES, 1, 0));
        }
        assertEquals(Verdict.FLOOD, meter.take(RATES, 1, 0));
        assertEquals(250, meter.waitMillis(0));
        assertEquals(Verdict.TAKEN, meter.take(RATES, 1, 250));
    }

    @Test
    void bytesCountForThemselves() {
        Meter meter = new Meter();
        assertEquals(Verdict.TAKEN, meter.take(RATES, 1_000, 0));
        assertEquals(Verdict.BYTES, meter.take(RATES, 10, 0));
        assertEquals(Verdict.TAKEN, meter.take(RATES, 10, 250));
        assertEquals(Verdict.TAKEN, meter.take(RATES, 5_000, 300));
        assertEquals(Verdict.BYTES, meter.take(RATES, 1_500, 301));
        assertEquals(Verdict.FLOOD, meter.take(RATES, 1_500, 302));
    }

    @Test
    void isTheSameAfterBeingWrittenOut() {
        Meter meter = new Meter();
        for (int i = 0; i < 15; i++) {
            meter.take(RATES, 1, 50);
        }
        StateWriter out = new StateWriter();
        meter.write(out, RATES, 60);
        Meter copy = Meter.read(new StateReader(out.toBytes()), 1_060);
        for (int i = 0; i < 40; i++) {
            assertEquals(meter.take(RATES, 1, 60 + i * 20L), copy.take(RATES, 1, 1_060 + i * 20L));
        }
    }

    @Test
    void aNameIsCountedOnce() {
        Variety variety = new Variety();
        Rate three = RATES.channels();
        assertTrue(variety.take(three, "a", 0));
        assertTrue(variety.take(three, "b", 0));
        assertTrue(variety.take(three, "c", 0));
        assertFalse(variety.take(three, "d", 0));
        assertTrue(variety.take(three, "a", 0));
        assertEquals(20_000, variety.waitMillis(0));
        assertTrue(variety.take(three, "d", 20_000));
        assertFalse(variety.take(three, "e", 20_001));
    }

    @Test
    void aListIsTakenAsAWholeOrNotAtAll() {
        Variety variety = new Variety();
        Rate three = RATES.channels();
        assertTrue(variety.takeAll(three, List.of("a", "b", "c", "d", "e"), 0));
        assertTrue(variety.takeAll(three, List.of("e", "a"), 0));
        assertFalse(variety.takeAll(three, List.of("a", "f"), 0));
        assertFalse(variety.takeAll(three, List.of("a", "f"), 59_999));
        assertTrue(variety.takeAll(three, List.of("a", "f"), 60_000));
    }
}
