// SPDX-License-Identifier: Apache-2.0
package dev.longwire.conformance;

/** SplitMix64 (Steele, Lea and Flood, 2014): the same numbers on every build, as those of the JDK's classes are not. */
final class Dice {

    private long state;

    Dice(long seed) {
        state = seed;
    }

    /** A number from 0 to {@code bound} - 1. */
    int below(int bound) {
        state += 0x9E3779B97F4A7C15L;
        long mixed = (state ^ (state >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return (int) (((mixed ^ (mixed >>> 31)) >>> 33) % bound);
    }
}
