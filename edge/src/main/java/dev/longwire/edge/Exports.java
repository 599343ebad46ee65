// SPDX-License-Identifier: Apache-2.0
package dev.longwire.edge;

import dev.longwire.conformance.CodecTrial;
import dev.longwire.conformance.Report;
import org.teavm.jso.JSByRef;
import org.teavm.jso.JSExport;

/**
 * What JavaScript can call. Bytes cross as {@code Int8Array} without a copy; text as strings.
 */
public final class Exports {

    private Exports() {}

    /** Replays a transcript; the same report as on a JVM, character by character. */
    @JSExport
    public static String replay(String name, String text) {
        return Report.replay(name, text);
    }

    /** Decodes mutations of frames; the same report as on a JVM, character by character. */
    @JSExport
    public static String tryCodec(int seed, int rounds) {
        return Report.codec(seed, rounds);
    }

    /** Lets the simulated worlds of these seeds happen; the same report as on a JVM, character by character. */
    @JSExport
    public static String simulate(int seed, int worlds, boolean told) {
        return Worlds.report(seed, worlds, told);
    }

    /** Reads a client's message and writes what was understood: JSON text for JSON, and for CBOR. */
    @JSExport
    public static String understand(boolean cbor, @JSByRef byte[] message) {
        return CodecTrial.understand(cbor, message);
    }
}
