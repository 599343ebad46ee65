// SPDX-License-Identifier: Apache-2.0
/**
 * Who a client is, and the seals of session tickets. Knows keys. Must never know a socket or a session's state.
 */
@NullMarked
package dev.longwire.server.auth;

import org.jspecify.annotations.NullMarked;
