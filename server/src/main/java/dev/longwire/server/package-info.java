// SPDX-License-Identifier: Apache-2.0
/**
 * The JVM home: it gives the core sockets, time, storage and neighbours.
 *
 * <p>It may know the core, the protocol, Netty and the machine it runs on.
 *
 * <p>It must never know a client, the command line or the rules that the core keeps.
 */
@NullMarked
package dev.longwire.server;

import org.jspecify.annotations.NullMarked;
