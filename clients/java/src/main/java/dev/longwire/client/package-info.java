// SPDX-License-Identifier: Apache-2.0
/**
 * The Java client: a session with a Longwire server that survives its connections.
 *
 * <p>It may know the JDK and the text of the protocol.
 *
 * <p>It must never know the server, the core or the protocol's Java types.
 */
@NullMarked
package dev.longwire.client;

import org.jspecify.annotations.NullMarked;
