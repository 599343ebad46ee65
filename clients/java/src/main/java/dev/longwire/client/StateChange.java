// SPDX-License-Identifier: Apache-2.0
package dev.longwire.client;

import org.jspecify.annotations.Nullable;

/**
 * The client has come to another state, or an attempt to connect has failed.
 *
 * @param state the state now; the same as before when another attempt has failed
 * @param cause what went wrong, or null: what was wished has happened
 * @param delayMillis when it is {@link State#CONNECTING} or {@link State#RECONNECTING}, how long until the next attempt
 */
public record StateChange(State state, @Nullable LongwireException cause, long delayMillis) {}
