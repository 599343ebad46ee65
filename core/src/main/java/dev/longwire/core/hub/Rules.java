// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.hub;

import dev.longwire.core.Limits;

/**
 * What holds for every session of a hub.
 *
 * @param limits what one may cost
 * @param rights what one may do
 */
record Rules(Limits limits, Rights rights) {}
