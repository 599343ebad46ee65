// SPDX-License-Identifier: Apache-2.0
/**
 * A small, strict reader and writer of JSON text: what RFC 8259 allows, and no key twice.
 *
 * <p>It may know text.
 *
 * <p>It must never know a frame, a session, or what the text is for.
 */
@NullMarked
package dev.longwire.client.json;

import org.jspecify.annotations.NullMarked;
