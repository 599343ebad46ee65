// SPDX-License-Identifier: Apache-2.0
package dev.longwire.cli;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Reads lines of UTF-8. A line ends with LF or CRLF, the last one also without. */
final class Lines {
    /** No server takes as much; a longer line is not kept. */
    private static final int MOST_BYTES = 16 * 1024 * 1024;

    private final InputStream in;
    private long number;

    Lines(InputStream in) {
        this.in = new BufferedInputStream(in, 64 * 1024);
    }

    /** The number of the line read last, from 1. */
    long number() {
        return number;
    }

    /**
     * The next line, or null at the end.
     *
     * @throws CharacterCodingException when the line is not UTF-8; the next call reads the one after it
     */
    @Nullable
    String next() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(256);
        int b = in.read();
        if (b < 0) {
            return null;
        }
        number++;
        boolean tooLong = false;
        for (; b >= 0 && b != '\n'; b = in.read()) {
            tooLong = tooLong || line.size() == MOST_BYTES;
            if (!tooLong) {
                line.write(b);
            }
        }
        if (tooLong) {
            throw new CharacterCodingException();
        }
        String text = StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(line.toByteArray()))
                .toString();
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }
}
