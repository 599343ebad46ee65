// SPDX-License-Identifier: Apache-2.0
/**
 * Who may do what: operations, capabilities and the rules for a token's claims. Knows users and channel names. Must never
 * know a session, a carrier or how a signature is checked.
 */
@NullMarked
package dev.longwire.core.access;

import org.jspecify.annotations.NullMarked;
