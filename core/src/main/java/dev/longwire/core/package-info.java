// SPDX-License-Identifier: Apache-2.0
/**
 * The rules of Longwire: sessions, channels, presence and limits as a machine without I/O.
 *
 * <p>It may know the protocol's frames, and the time and the answers it is given.
 *
 * <p>It must never know a thread, a clock, a socket, a logger, a source of randomness or a home.
 */
@NullMarked
package dev.longwire.core;

import org.jspecify.annotations.NullMarked;
