// SPDX-License-Identifier: Apache-2.0
/**
 * The single-threaded owner of a set of sessions: attaching, requests, subscriptions, delivery by cursors, heartbeats.
 * Knows channel owners only by the requests it sends and the replies it gets. Must never know a clock, a thread, a socket
 * or what a slice holds.
 */
@NullMarked
package dev.longwire.core.hub;

import org.jspecify.annotations.NullMarked;
