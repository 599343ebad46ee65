// SPDX-License-Identifier: Apache-2.0
package dev.longwire.faults;

import java.io.ByteArrayOutputStream;

/** Where the body of an HTTP message ends, and what is in it. */
final class Bodies {

    /** A message that is longer than this is passed on without being understood. */
    static final int LONGEST = 4 << 20;

    private Bodies() {}

    /** Where a message with a length or chunks ends; -1 when its end is not there yet. */
    static int end(Head head, Pile pile, int headEnd) {
        if (head.chunked()) {
            int at = headEnd;
            while (at >= 0) {
                int next = chunkEnd(pile, at);
                if (next > 0 && chunkSize(pile, at) == 0) {
                    return next;
                }
                at = next;
            }
            return -1;
        }
        int end = headEnd + Math.max(0, head.length());
        return end <= pile.size() ? end : -1;
    }

    /** The size that a chunk's first line says. */
    private static int chunkSize(Pile pile, int at) {
        int size = 0;
        for (int i = at; i < pile.size(); i++) {
            int digit = Character.digit(pile.at(i), 16);
            if (digit < 0) {
                break;
            }
            size = Math.min(LONGEST, size * 16 + digit);
        }
        return size;
    }

    /** Where the chunk that begins at an index ends (the last one with its trailers); -1 when that is not there yet. */
    static int chunkEnd(Pile pile, int at) {
        int data = pile.lineEnd(at);
        if (data < 0) {
            return -1;
        }
        int size = chunkSize(pile, at);
        if (size > 0) {
            int end = data + size + 2;
            return end <= pile.size() ? end : -1;
        }
        int line = data;
        while (true) {
            int next = pile.lineEnd(line);
            if (next < 0) {
                return -1;
            }
            if (next - line <= 2) {
                return next;
            }
            line = next;
        }
    }

    /** The body without its chunks' frames. */
    static byte[] content(Head head, Pile pile, int headEnd, int end) {
        if (!head.chunked()) {
            return pile.copy(headEnd, end);
        }
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        int at = headEnd;
        while (at < end) {
            int size = chunkSize(pile, at);
            int data = pile.lineEnd(at);
            content.writeBytes(pile.copy(data, data + size));
            at = size == 0 ? end : data + size + 2;
        }
        return content.toByteArray();
    }
}
