// SPDX-License-Identifier: Apache-2.0
package dev.longwire.client;

import org.jspecify.annotations.Nullable;

/**
 * The client has come to another state.
 *
 * @param state the new one
 * @param cause why, when it is {@link State#RECONNECTING} or {@link State#CLOSED}; null for the application's own wish
 * @param delayMillis when it is {@link State#RECONNECTING}, how long until the next attempt
 */
public record StateChange(State state, @Nullable LongwireException cause, long delayMillis) {}
