// SPDX-License-Identifier: Apache-2.0
/**
 * The machines that a home in JavaScript drives: one per object, made anew or from bytes. Knows the core, the codecs and
 * how values cross into JavaScript. Must never know a socket, a store, a clock or anything made for tests.
 */
@NullMarked
package dev.longwire.edge.home;

import org.jspecify.annotations.NullMarked;
