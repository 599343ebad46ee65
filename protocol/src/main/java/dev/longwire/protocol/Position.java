// SPDX-License-Identifier: Apache-2.0
package dev.longwire.protocol;

/**
 * A place in a channel's log: everything up to and including {@code offset} has been seen.
 *
 * @param epoch the log's identity; offsets of different epochs can't be compared
 * @param offset 0 before the first message
 */
public record Position(String epoch, long offset) {}
