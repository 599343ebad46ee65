// SPDX-License-Identifier: Apache-2.0
/**
 * Time-outs of equal length, kept in the order in which they expire. Knows only numbers of milliseconds. Must never
 * know a clock or what expires.
 */
@NullMarked
package dev.longwire.core.deadline;

import org.jspecify.annotations.NullMarked;
