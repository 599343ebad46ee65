// SPDX-License-Identifier: Apache-2.0
/**
 * Ways to carry texts to a server and back: WebSocket, and requests in place of a connection.
 *
 * <p>It may know the JDK's HTTP client, the envelope of a poll, and the events it reports to.
 *
 * <p>It must never know what frames say, what a session is, or when to connect again.
 */
@NullMarked
package dev.longwire.client.transport;

import org.jspecify.annotations.NullMarked;
