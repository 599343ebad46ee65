// SPDX-License-Identifier: Apache-2.0
/**
 * Hubs, sessions and channels as plain bytes: what a home stores to sleep, move or restart. Knows how numbers, text and
 * bytes are laid out. Must never know what they mean.
 */
@NullMarked
package dev.longwire.core.state;

import org.jspecify.annotations.NullMarked;
