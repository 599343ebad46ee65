// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.hub;

import dev.longwire.core.Limits;
import dev.longwire.core.hook.Hooks;

/**
 * What holds for every session of a hub.
 *
 * @param limits what one may cost
 * @param rights what one may do
 * @param hooks who is asked before one does it
 */
record Rules(Limits limits, Rights rights, Hooks hooks) {}
