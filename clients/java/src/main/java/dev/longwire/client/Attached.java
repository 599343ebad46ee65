// SPDX-License-Identifier: Apache-2.0
package dev.longwire.client;

/**
 * The server has the subscription: for the first time, or again after a connection was lost.
 *
 * @param channel the channel
 * @param position the position from which messages follow
 * @param head the newest message there is
 * @param recovered whether nothing was missed since the position that was asked for. When it is false and there was such a
 *     position, a {@link Reset} came before this
 */
public record Attached(String channel, Position position, Position head, boolean recovered) implements ChannelEvent {}
