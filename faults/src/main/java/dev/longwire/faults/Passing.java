// SPDX-License-Identifier: Apache-2.0
package dev.longwire.faults;

import java.util.List;

/**
 * Something about to pass through the proxy: a WebSocket message, a request, an answer, or a piece of an event stream.
 *
 * @param connection the number of the connection, from 1, in the order in which they were opened
 * @param frames the types of the frames in it, in order; and, for what is no frame of the protocol, names with a dot:
 *     {@code http.request}, {@code http.response}, {@code http.upgrade} (both the request and its acceptance), {@code
 *     ws.ping}, {@code ws.pong}, {@code ws.close}
 */
public record Passing(int connection, Carriage carriage, Direction direction, List<String> frames) {}
