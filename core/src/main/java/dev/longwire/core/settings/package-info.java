// SPDX-License-Identifier: Apache-2.0
/**
 * What settings say, read alike in every home: of sessions, channels and presence. Knows the records that they make. Must never know
 * files, variables or flags, where homes have them.
 */
@NullMarked
package dev.longwire.core.settings;

import org.jspecify.annotations.NullMarked;
