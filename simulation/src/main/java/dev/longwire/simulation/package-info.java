// SPDX-License-Identifier: Apache-2.0
/**
 * A whole deterministic world under one seed: clients, links, hubs, channels and faults.
 *
 * <p>It may know the core and the protocol, and drives both with a time of its own making.
 *
 * <p>It must never know a home, the wall clock or a thread.
 */
@NullMarked
package dev.longwire.simulation;

import org.jspecify.annotations.NullMarked;
