// SPDX-License-Identifier: Apache-2.0
package dev.longwire.protocol.codec;

import dev.longwire.protocol.ErrorCode;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Ends the reading of a message or a frame with a code. Without a stack trace: peers can cause these at will. */
final class Refused extends IOException {

    private static final long serialVersionUID = 1L;

    private final ErrorCode code;
    private final @Nullable String field;

    Refused(ErrorCode code, @Nullable String field) {
        this.code = code;
        this.field = field;
    }

    ErrorCode code() {
        return code;
    }

    @Nullable
    String field() {
        return field;
    }

    @Override
    public Throwable fillInStackTrace() {
        return this;
    }
}
