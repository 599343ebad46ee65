// SPDX-License-Identifier: Apache-2.0
/**
 * The portable part's door for JavaScript: what the compiled module exports. Knows the core, the codecs and how values
 * cross into JavaScript. Must never know a file, a thread or anything that only a JVM has.
 */
@NullMarked
package dev.longwire.edge;

import org.jspecify.annotations.NullMarked;
