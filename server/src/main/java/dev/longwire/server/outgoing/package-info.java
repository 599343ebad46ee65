// SPDX-License-Identifier: Apache-2.0
/**
 * Requests that the server itself makes: connections to addresses that were judged, and HTTP/1.1 over them. Knows Netty, its
 * loops, and which addresses are public. Must never know what is sent, nor why.
 */
@NullMarked
package dev.longwire.server.outgoing;

import org.jspecify.annotations.NullMarked;
