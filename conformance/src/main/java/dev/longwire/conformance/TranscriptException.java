// SPDX-License-Identifier: Apache-2.0
package dev.longwire.conformance;

/** A transcript, or a message that was to be compared with one, can't be read. */
final class TranscriptException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    TranscriptException(String message) {
        super(message);
    }

    TranscriptException(int line, String message) {
        super("line " + line + ": " + message);
    }
}
