// SPDX-License-Identifier: Apache-2.0
package dev.longwire.protocol.codec;

import dev.longwire.protocol.ErrorCode;
import org.jspecify.annotations.Nullable;

/**
 * Reads a whole CBOR message once and says what is wrong with it, before anything is allocated for it: lengths beyond
 * the input, text that is not UTF-8, depth, keys that are not text, more or less than one item.
 *
 * <p>Stricter than RFC 8949 in two places: tags are refused (string references would let a short message name a long
 * string many times), and so are simple values other than false, true, null and undefined.
 */
final class CborCheck {

    private static final int INDEFINITE = -1;
    private static final int BREAK = 0xFF;

    private final byte[] bytes;
    private final int end;
    private final int maxDepth;
    private int at;
    /** Per open container: how many items are to come, or {@link #INDEFINITE}. */
    private final long[] left;

    private final boolean[] map;
    private final boolean[] keyNext;
    private int depth;
    private boolean tooDeep;

    private CborCheck(byte[] bytes, int offset, int length, int maxDepth) {
        this.bytes = bytes;
        at = offset;
        end = offset + length;
        this.maxDepth = maxDepth;
        left = new long[maxDepth + 1];
        map = new boolean[maxDepth + 1];
        keyNext = new boolean[maxDepth + 1];
    }

    /** The fault, or null when the bytes are exactly one item that may be parsed. */
    static @Nullable ErrorCode fault(byte[] bytes, int offset, int length, int maxDepth) {
        boolean array = length > 0 && (bytes[offset] & 0xE0) == 0x80;
        CborCheck check = new CborCheck(bytes, offset, length, array ? maxDepth + 1 : maxDepth);
        if (check.one()) {
            return null;
        }
        return check.tooDeep ? ErrorCode.TOO_DEEP : ErrorCode.MALFORMED;
    }

    private boolean one() {
        do {
            if (at >= end || !item()) {
                return false;
            }
            while (depth > 0 && left[depth] == 0) {
                depth--;
            }
        } while (depth > 0);
        return at == end;
    }

    /** Reads one item's head, and its content where that is no container. */
    private boolean item() {
        int head = bytes[at++] & 0xFF;
        if (head == BREAK) {
            return endIndefinite();
        }
        int major = head >> 5;
        if (!countItem(major)) {
            return false;
        }
        int low = head & 0x1F;
        return switch (major) {
            case 0, 1 -> low < 28 && argument(low) != Long.MIN_VALUE;
            case 2, 3 -> low == 31 ? chunks(major) : string(major, low);
            case 4, 5 -> open(major == 5, low);
            case 7 -> simple(low);
            default -> false;
        };
    }

    private boolean countItem(int major) {
        if (depth == 0) {
            return true;
        }
        if (map[depth]) {
            if (keyNext[depth] && major != 3) {
                return false;
            }
            keyNext[depth] = !keyNext[depth];
        }
        if (left[depth] != INDEFINITE) {
            left[depth]--;
        }
        return true;
    }

    private boolean endIndefinite() {
        if (depth == 0 || left[depth] != INDEFINITE || (map[depth] && !keyNext[depth])) {
            return false;
        }
        depth--;
        return true;
    }

    private boolean open(boolean isMap, int low) {
        long count = low == 31 ? INDEFINITE : argument(low);
        long items = isMap && count > 0 ? count * 2 : count;
        // Every item takes a byte at least. Counts of 2^62 and more are negative here or after doubling.
        if (low != 31 && (count < 0 || count > end - at || items > end - at)) {
            return false;
        }
        if (depth == maxDepth) {
            tooDeep = true;
            return false;
        }
        depth++;
        left[depth] = items;
        map[depth] = isMap;
        keyNext[depth] = isMap;
        return true;
    }

    private boolean chunks(int major) {
        while (at < end) {
            int head = bytes[at++] & 0xFF;
            if (head == BREAK) {
                return true;
            }
            if (head >> 5 != major || !string(major, head & 0x1F)) {
                return false;
            }
        }
        return false;
    }

    private boolean string(int major, int low) {
        long length = argument(low);
        if (length < 0 || length > end - at) {
            return false;
        }
        int from = at;
        at += (int) length;
        return major == 2 || Utf8.valid(bytes, from, (int) length);
    }

    private boolean simple(int low) {
        return switch (low) {
            case 20, 21, 22, 23 -> true;
            case 25, 26, 27 -> argument(low) != Long.MIN_VALUE;
            default -> false;
        };
    }

    /** The number after the head; {@link Long#MIN_VALUE} where there is none. Any other negative one is 2^63 or more. */
    private long argument(int low) {
        if (low < 24) {
            return low;
        }
        int count = 1 << (low - 24);
        if (low > 27 || end - at < count) {
            return Long.MIN_VALUE;
        }
        long value = 0;
        for (int i = 0; i < count; i++) {
            value = (value << 8) | (bytes[at++] & 0xFF);
        }
        // 2^63 itself, and a float's sign bit alone, must not look like "none".
        return value == Long.MIN_VALUE ? -1 : value;
    }
}
