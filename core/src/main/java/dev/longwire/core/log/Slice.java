// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.log;

/**
 * Consecutive messages of one channel's log: those with offsets in ({@code from}, {@code to}]. What they look like is
 * their home's business; nobody else opens a slice.
 */
public interface Slice {

    /** The offset before the first message. */
    long from();

    /** The offset of the last message; equal to {@code from} when there is none. */
    long to();

    /** Whether only the newest message of each slot is in it: some offsets between are left out. */
    default boolean conflated() {
        return false;
    }

    /** How long the messages are together, in bytes of the log's own form. */
    int bytes();
}
