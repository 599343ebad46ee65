// SPDX-License-Identifier: Apache-2.0
/**
 * A socket to somebody else's server that outlives the connections of its client: what is counted, confirmed, sent again
 * and held back. Knows pieces and turns. Must never know a socket, a clock, or what the pieces say.
 */
@NullMarked
package dev.longwire.core.bridge;

import org.jspecify.annotations.NullMarked;
