// SPDX-License-Identifier: Apache-2.0
/**
 * A channel's messages in memory: a log that its owner appends to and trims, views of it that others may read, and
 * slices of a view. Knows bytes, offsets and times. Must never know a subscriber, a hub or what a message says.
 */
@NullMarked
package dev.longwire.core.log;

import org.jspecify.annotations.NullMarked;
