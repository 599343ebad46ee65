// SPDX-License-Identifier: Apache-2.0
/**
 * What happened in this server, in one log, and those who read it. Knows events, positions and listeners. Must never know
 * loops, routes or how anybody outside is told.
 */
@NullMarked
package dev.longwire.server.event;

import org.jspecify.annotations.NullMarked;
