// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.deadline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class DeadlinesTest {

    private static final class Thing extends Timed {
        final String name;

        Thing(String name) {
            this.name = name;
        }
    }

    private static List<String> names(Deadlines list) {
        List<String> names = new ArrayList<>();
        list.each(timed -> names.add(((Thing) timed).name));
        return names;
    }

    @Test
    void theyExpireInTheOrderInWhichTheyWereStarted() {
        Deadlines list = new Deadlines(100);
        Thing a = new Thing("a");
        Thing b = new Thing("b");
        Thing c = new Thing("c");
        assertThat(list.next()).isEqualTo(Deadlines.NEVER);
        list.start(a, 0);
        list.start(b, 10);
        list.start(c, 20);
        assertThat(list.next()).isEqualTo(100);
        assertThat(list.expired(99)).isNull();
        assertThat(list.expired(100)).isSameAs(a);
        list.start(a, 30);
        assertThat(names(list)).containsExactly("b", "c", "a");
        assertThat(a.due()).isEqualTo(130);
        Deadlines.stop(c);
        assertThat(names(list)).containsExactly("b", "a");
        Deadlines.stop(b);
        Deadlines.stop(a);
        Deadlines.stop(a);
        assertThat(names(list)).isEmpty();
        assertThat(list.next()).isEqualTo(Deadlines.NEVER);
    }

    @Test
    void aThingStandsInOneListAtATime() {
        Deadlines one = new Deadlines(10);
        Deadlines other = new Deadlines(20);
        Thing a = new Thing("a");
        one.start(a, 0);
        other.start(a, 0);
        assertThat(names(one)).isEmpty();
        assertThat(names(other)).containsExactly("a");
        assertThat(a.deadlines()).isSameAs(other);
    }

    @Test
    void whatIsPutBackKeepsTheOrder() {
        Deadlines list = new Deadlines(100);
        list.startAt(new Thing("a"), 50);
        list.startAt(new Thing("b"), 40);
        assertThat(names(list)).containsExactly("a", "b");
        assertThat(list.next()).isEqualTo(50);
    }
}
