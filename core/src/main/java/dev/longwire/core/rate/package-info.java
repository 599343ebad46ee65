// SPDX-License-Identifier: Apache-2.0
/**
 * How much in how much time: token buckets in whole numbers. Knows only counts and milliseconds. Must never know a
 * clock, or what is counted.
 */
@NullMarked
package dev.longwire.core.rate;

import org.jspecify.annotations.NullMarked;
