// SPDX-License-Identifier: Apache-2.0
/**
 * One event loop as one hub and one owner of channels: turns, deliveries, and what goes from loop to loop. Knows Netty and
 * the core. Must never know HTTP or WebSocket: carriers are {@link dev.longwire.server.loop.Line}s.
 */
@NullMarked
package dev.longwire.server.loop;

import org.jspecify.annotations.NullMarked;
