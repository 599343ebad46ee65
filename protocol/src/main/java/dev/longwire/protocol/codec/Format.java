// SPDX-License-Identifier: Apache-2.0
package dev.longwire.protocol.codec;

/** How frames are written on a carrier. */
public enum Format {
    JSON,
    CBOR
}
