// SPDX-License-Identifier: Apache-2.0
package dev.longwire.client;

/**
 * The server's word that a message is in its channel's log.
 *
 * @param channel the channel
 * @param position where it stands
 * @param stored how durable that is: {@code memory}, {@code storage} or {@code redis}
 * @param duplicate whether an earlier publish of the same key had put it there
 */
public record Published(String channel, Position position, String stored, boolean duplicate) {}
