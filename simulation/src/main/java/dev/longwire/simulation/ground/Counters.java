// SPDX-License-Identifier: Apache-2.0
package dev.longwire.simulation.ground;

import java.util.Map;
import java.util.TreeMap;

/** How often things happened: a run in which something never happened has proved nothing about it. */
public final class Counters {

    private final Map<String, Long> counts = new TreeMap<>();

    public void count(String name) {
        counts.merge(name, 1L, Long::sum);
    }

    public long of(String name) {
        return counts.getOrDefault(name, 0L);
    }

    public void add(Counters other) {
        other.counts.forEach((name, count) -> counts.merge(name, count, Long::sum));
    }

    @Override
    public String toString() {
        return counts.toString();
    }
}
