// SPDX-License-Identifier: Apache-2.0
package dev.longwire.protocol.codec;

/** Whether bytes are UTF-8 in the strict sense of RFC 3629. */
public final class Utf8 {

    private Utf8() {}

    /** No overlong forms, no surrogates, nothing above U+10FFFF, no character cut short. */
    public static boolean valid(byte[] bytes, int offset, int length) {
        int end = offset + length;
        int at = offset;
        while (at < end) {
            int lead = bytes[at++];
            if (lead >= 0) {
                continue;
            }
            int more = following(lead & 0xFF);
            if (more == 0 || end - at < more || !secondAllowed(lead & 0xFF, bytes[at] & 0xFF)) {
                return false;
            }
            for (int last = at + more; at < last; at++) {
                if ((bytes[at] & 0xC0) != 0x80) {
                    return false;
                }
            }
        }
        return true;
    }

    /** The same string with U+FFFD in place of surrogates that have no partner: those have no UTF-8. */
    static String wellFormed(String text) {
        int fault = loneSurrogate(text, 0);
        if (fault < 0) {
            return text;
        }
        char[] chars = text.toCharArray();
        while (fault >= 0) {
            chars[fault] = '\uFFFD';
            fault = loneSurrogate(text, fault + 1);
        }
        return new String(chars);
    }

    /** The index of the first surrogate without a partner from {@code from} on, or -1. */
    static int loneSurrogate(String text, int from) {
        int length = text.length();
        int i = from;
        while (i < length) {
            char c = text.charAt(i);
            if (c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE) {
                i++;
            } else if (i + 1 < length && Character.isSurrogatePair(c, text.charAt(i + 1))) {
                i += 2;
            } else {
                return i;
            }
        }
        return -1;
    }

    /** How many bytes follow this lead byte; 0 where no character starts with it. */
    private static int following(int lead) {
        if (lead < 0xC2 || lead > 0xF4) {
            return 0;
        }
        return lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
    }

    private static boolean secondAllowed(int lead, int second) {
        return switch (lead) {
            case 0xE0 -> second >= 0xA0;
            case 0xED -> second < 0xA0;
            case 0xF0 -> second >= 0x90;
            case 0xF4 -> second < 0x90;
            default -> true;
        };
    }
}
