// SPDX-License-Identifier: Apache-2.0
/**
 * A proxy between clients and a server that breaks connections at chosen frames, and a log of what it did to which.
 * It may know HTTP/1.1, RFC 6455 and where a frame says its {@code type}. It must never know what a frame means, nor any class of a server
 * or client, so that it treats all of them alike.
 */
@NullMarked
package dev.longwire.faults;

import org.jspecify.annotations.NullMarked;
