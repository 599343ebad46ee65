// SPDX-License-Identifier: Apache-2.0
package dev.longwire.conformance;

import dev.longwire.protocol.codec.Format;
import java.util.List;
import java.util.Map;

/**
 * A conversation between clients and a server: what is sent, and what must come back.
 *
 * @param title what it shows, in a sentence
 * @param formats the codecs it is replayed with
 * @param settings limits that differ from the defaults, by the names of the components of {@code Limits} and {@code
 *     Retention}
 */
record Transcript(String title, List<Format> formats, Map<String, Long> settings, List<Step> steps) {}
