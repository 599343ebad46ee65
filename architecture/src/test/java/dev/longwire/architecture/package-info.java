// SPDX-License-Identifier: Apache-2.0
/**
 * Tests about the source itself: which room may know which, and what every file of the repository must have.
 *
 * <p>They may know every module and every tracked file.
 *
 * <p>They must never know what the code does when it runs.
 */
@NullMarked
package dev.longwire.architecture;

import org.jspecify.annotations.NullMarked;
