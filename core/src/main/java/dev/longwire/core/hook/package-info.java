// SPDX-License-Identifier: Apache-2.0
/**
 * What the application's backend is asked before a hub does something, and what it may say. Knows frames' payloads and who
 * asks. Must never know how the backend is reached.
 */
@NullMarked
package dev.longwire.core.hook;

import org.jspecify.annotations.NullMarked;
