// SPDX-License-Identifier: Apache-2.0
/**
 * Turns frames into bytes and back, in JSON and in CBOR.
 *
 * <p>It may know the frames, the codes and a streaming parser. It must never know who sent a frame or what it leads to,
 * and must never trust a byte of what it reads.
 */
@NullMarked
package dev.longwire.protocol.codec;

import org.jspecify.annotations.NullMarked;
