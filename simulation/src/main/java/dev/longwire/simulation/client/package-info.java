// SPDX-License-Identifier: Apache-2.0
/**
 * Clients that follow the protocol's text and want something: they subscribe, publish, lose their connection, come back.
 * Knows links and frames. Must never know a hub, an owner or the true logs.
 */
@NullMarked
package dev.longwire.simulation.client;

import org.jspecify.annotations.NullMarked;
