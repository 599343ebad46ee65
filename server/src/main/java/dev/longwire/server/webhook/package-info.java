// SPDX-License-Identifier: Apache-2.0
/**
 * Webhooks: every target a cursor on the log of events, told in order and at least once. Knows events, their log, and whoever
 * sends requests. Must never know sessions, routes, or how an address is judged.
 */
@NullMarked
package dev.longwire.server.webhook;

import org.jspecify.annotations.NullMarked;
