// SPDX-License-Identifier: Apache-2.0
/**
 * WebSocket (RFC 6455) on one connection: handshake, frames in, frames out, closing. Knows bytes and its loop. Must never
 * know a rule of sessions or channels.
 */
@NullMarked
package dev.longwire.server.websocket;

import org.jspecify.annotations.NullMarked;
