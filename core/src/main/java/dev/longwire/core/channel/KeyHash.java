// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.channel;

import java.nio.charset.StandardCharsets;

/**
 * SipHash-2-4 (Aumasson and Bernstein, 2012): a keyed hash whose collisions nobody can look for without the key. Two of
 * them with different keys name an idempotency key in 128 bits.
 */
final class KeyHash {

    private final long key0;
    private final long key1;

    KeyHash(long key0, long key1) {
        this.key0 = key0;
        this.key1 = key1;
    }

    /** Hashes the texts as if each began with its length, so that no two lists of texts look alike. */
    long of(String... texts) {
        int length = 0;
        byte[][] parts = new byte[texts.length][];
        for (int i = 0; i < texts.length; i++) {
            parts[i] = texts[i].getBytes(StandardCharsets.UTF_8);
            length += parts[i].length + 4;
        }
        byte[] all = new byte[length];
        int at = 0;
        for (byte[] part : parts) {
            for (int shift = 24; shift >= 0; shift -= 8) {
                all[at++] = (byte) (part.length >>> shift);
            }
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return of(all, 0);
    }

    long of(byte[] data, int salt) {
        long v0 = key0 ^ 0x736f6d6570736575L;
        long v1 = key1 ^ salt ^ 0x646f72616e646f6dL;
        long v2 = key0 ^ 0x6c7967656e657261L;
        long v3 = key1 ^ salt ^ 0x7465646279746573L;
        int whole = data.length & ~7;
        for (int at = 0; at <= whole; at += 8) {
            long word = at < whole ? word(data, at, 8) : word(data, at, data.length - whole) | (long) data.length << 56;
            v3 ^= word;
            for (int round = 0; round < 2; round++) {
                v0 += v1;
                v1 = Long.rotateLeft(v1, 13) ^ v0;
                v0 = Long.rotateLeft(v0, 32);
                v2 += v3;
                v3 = Long.rotateLeft(v3, 16) ^ v2;
                v0 += v3;
                v3 = Long.rotateLeft(v3, 21) ^ v0;
                v2 += v1;
                v1 = Long.rotateLeft(v1, 17) ^ v2;
                v2 = Long.rotateLeft(v2, 32);
            }
            v0 ^= word;
        }
        return finish(v0, v1, v2 ^ 0xff, v3);
    }

    private static long finish(long a, long b, long c, long d) {
        long v0 = a;
        long v1 = b;
        long v2 = c;
        long v3 = d;
        for (int round = 0; round < 4; round++) {
            v0 += v1;
            v1 = Long.rotateLeft(v1, 13) ^ v0;
            v0 = Long.rotateLeft(v0, 32);
            v2 += v3;
            v3 = Long.rotateLeft(v3, 16) ^ v2;
            v0 += v3;
            v3 = Long.rotateLeft(v3, 21) ^ v0;
            v2 += v1;
            v1 = Long.rotateLeft(v1, 17) ^ v2;
            v2 = Long.rotateLeft(v2, 32);
        }
        return v0 ^ v1 ^ v2 ^ v3;
    }

    private static long word(byte[] data, int at, int length) {
        long word = 0;
        for (int i = 0; i < length; i++) {
            word |= (data[at + i] & 0xFFL) << (8 * i);
        }
        return word;
    }
}
