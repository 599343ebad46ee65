// SPDX-License-Identifier: Apache-2.0
/**
 * What every world stands on: one seed, one time, the plan that follows from the seed, counters and a story to read when
 * something breaks. Knows the core's settings, which a plan draws. Must never know what happens in a world.
 */
@NullMarked
package dev.longwire.simulation.ground;

import org.jspecify.annotations.NullMarked;
