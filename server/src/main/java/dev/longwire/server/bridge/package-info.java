// SPDX-License-Identifier: Apache-2.0
/**
 * Bridges to WebSocket servers of other people: the upstream's socket, and the home of the machine that outlives clients.
 * Knows Netty, its loop and where upstreams are. Must never know what passes, nor a channel or a session of ours.
 */
@NullMarked
package dev.longwire.server.bridge;

import org.jspecify.annotations.NullMarked;
