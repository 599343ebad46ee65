// SPDX-License-Identifier: Apache-2.0
/**
 * The frames of wire version 1, how they are read and written as JSON and CBOR, and every code.
 *
 * <p>It may know bytes, Jackson's streaming parsers and generators, and nothing else.
 *
 * <p>It must never know a session, a clock, a socket or a home.
 */
@NullMarked
package dev.longwire.protocol;

import org.jspecify.annotations.NullMarked;
