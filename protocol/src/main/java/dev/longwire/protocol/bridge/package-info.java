// SPDX-License-Identifier: Apache-2.0
/**
 * The wire of {@code longwire.bridge.v1}: pieces of somebody else's conversation, counted, and their bytes.
 *
 * <p>It may know the codec of JSON.
 *
 * <p>It must never know what the pieces mean to those who talk, nor trust a byte of what it reads.
 */
@NullMarked
package dev.longwire.protocol.bridge;

import org.jspecify.annotations.NullMarked;
