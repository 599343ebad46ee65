// SPDX-License-Identifier: Apache-2.0
/**
 * Model clients by the thousand on one event loop, each with a trace of what it saw, and a judge that compares the traces with the logs.
 * It may know the text of the protocol and Netty. It must never know a class of the server or of the clients that people use: it is
 * what these are compared with.
 */
@NullMarked
package dev.longwire.faults.load;

import org.jspecify.annotations.NullMarked;
