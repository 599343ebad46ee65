// SPDX-License-Identifier: Apache-2.0
/**
 * What an application's backend asks of channels by plain HTTP, and the frames it is answered with: the same in every home. Knows
 * questions to owners of channels, and frames. Must never know HTTP, keys, or who asks.
 */
@NullMarked
package dev.longwire.core.api;

import org.jspecify.annotations.NullMarked;
