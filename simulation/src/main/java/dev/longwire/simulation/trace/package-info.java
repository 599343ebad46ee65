// SPDX-License-Identifier: Apache-2.0
/**
 * The judge: what clients sent and saw, held against the true logs and the promises. Knows the frames of the protocol
 * and how long logs have to keep messages. Must never know the core's sessions, hubs or channels, nor the model clients.
 */
@NullMarked
package dev.longwire.simulation.trace;

import org.jspecify.annotations.NullMarked;
