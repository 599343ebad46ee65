// SPDX-License-Identifier: Apache-2.0
package dev.longwire.faults;

import java.util.List;

/** The smallest thing that is passed on or not: bytes, what they travel in, and the types of the frames in them. */
record Unit(byte[] bytes, Carriage carriage, List<String> frames) {}
