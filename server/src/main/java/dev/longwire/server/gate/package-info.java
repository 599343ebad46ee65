// SPDX-License-Identifier: Apache-2.0
/**
 * Who is at the other end of a connection, and whether there is room for them: proxies are believed here, and connections
 * counted. May know addresses and numbers. Must never know what is asked for.
 */
@NullMarked
package dev.longwire.server.gate;

import org.jspecify.annotations.NullMarked;
