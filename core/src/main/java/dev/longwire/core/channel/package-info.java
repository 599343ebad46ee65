// SPDX-License-Identifier: Apache-2.0
/**
 * Channels and their one owner: identity, appending, interest of hubs, retention, idempotency keys. Knows the log and the
 * frames of a message. Must never know a session, a carrier or a socket.
 */
@NullMarked
package dev.longwire.core.channel;

import org.jspecify.annotations.NullMarked;
