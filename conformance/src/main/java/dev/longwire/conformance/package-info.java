// SPDX-License-Identifier: Apache-2.0
/**
 * Replays transcripts, the protocol's truth as data, on a hub and a channel owner in virtual time. Knows the core's
 * doors, the codecs and the format of transcripts. Must never know a socket, a clock or a file: it is compiled for every
 * build of the portable part.
 */
@NullMarked
package dev.longwire.conformance;

import org.jspecify.annotations.NullMarked;
