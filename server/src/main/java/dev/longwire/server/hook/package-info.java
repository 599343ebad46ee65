// SPDX-License-Identifier: Apache-2.0
/**
 * Who is asked before something is done: the application's backend, by requests or in the same process. Knows questions,
 * decisions, and how requests are made. Must never know sessions, hubs or loops.
 */
@NullMarked
package dev.longwire.server.hook;

import org.jspecify.annotations.NullMarked;
