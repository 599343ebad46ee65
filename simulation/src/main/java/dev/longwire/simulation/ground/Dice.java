// SPDX-License-Identifier: Apache-2.0
package dev.longwire.simulation.ground;

import java.util.List;

/** Chance, all of it from one seed (SplitMix64): the same seed throws the same numbers on every machine. */
public final class Dice {

    private long state;

    public Dice(long seed) {
        this.state = seed;
    }

    public long next() {
        state += 0x9E3779B97F4A7C15L;
        long mixed = (state ^ (state >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }

    /** 0 to {@code bound} - 1. */
    public int below(int bound) {
        return (int) ((next() >>> 33) % bound);
    }

    /** {@code low} to {@code high}, both included. */
    public int between(int low, int high) {
        return low + below(high - low + 1);
    }

    /** True in {@code percent} of a hundred throws. */
    public boolean chance(int percent) {
        return below(100) < percent;
    }

    public <T> T pick(List<T> list) {
        return list.get(below(list.size()));
    }
}
