// SPDX-License-Identifier: Apache-2.0
package dev.longwire.cli;

/** A command can't go on: what to say about it, and with which code to exit. */
final class Exit extends RuntimeException {
    private static final long serialVersionUID = 1;

    static final int DONE = 0;
    /** The server refused, or an outcome is not known. */
    static final int FAILED = 1;
    /** Wrong usage, or input that can't be sent. */
    static final int USAGE = 2;
    /** The server can't be reached: EX_UNAVAILABLE of sysexits.h. */
    static final int UNREACHABLE = 69;

    private final int code;

    Exit(int code, String message) {
        super(message, null, false, false);
        this.code = code;
    }

    int code() {
        return code;
    }
}
