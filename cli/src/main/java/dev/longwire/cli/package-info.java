// SPDX-License-Identifier: Apache-2.0
/**
 * The command line: starts a server, and talks to one.
 *
 * <p>It may know the server's front door and the Java client.
 *
 * <p>It must never know the core's rules or a carrier's inside.
 */
@NullMarked
package dev.longwire.cli;

import org.jspecify.annotations.NullMarked;
