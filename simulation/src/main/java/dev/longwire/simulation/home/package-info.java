// SPDX-License-Identifier: Apache-2.0
/**
 * The home of a world's hubs and channel owners: links, lanes between them, restarts, sleep, and the bugs planted to
 * prove that the judge can see. Knows the core by its doors. Must never know what clients want.
 */
@NullMarked
package dev.longwire.simulation.home;

import org.jspecify.annotations.NullMarked;
