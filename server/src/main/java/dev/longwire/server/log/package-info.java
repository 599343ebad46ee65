// SPDX-License-Identifier: Apache-2.0
/**
 * Structured logs: one line per event, whoever made its values. Knows what it is told of connections. Must never know a
 * token, a ticket, a session's id or a payload.
 */
@NullMarked
package dev.longwire.server.log;

import org.jspecify.annotations.NullMarked;
