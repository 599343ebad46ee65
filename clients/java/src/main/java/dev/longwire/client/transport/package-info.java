// SPDX-License-Identifier: Apache-2.0
/**
 * Ways to carry texts to a server and back: WebSocket.
 *
 * <p>It may know the JDK's HTTP client, and the events it reports to.
 *
 * <p>It must never know frames, sessions, or when to connect again.
 */
@NullMarked
package dev.longwire.client.transport;

import org.jspecify.annotations.NullMarked;
